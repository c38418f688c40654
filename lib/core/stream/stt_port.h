// A recogniser's stream, on the session's executor.
#pragma once

#include <vector>

#include "core/stream/stream_port.h"
#include "core/stream/utf8_mender.h"
#include "voiceagent/event_copy.h"
#include "voiceagent/stt.h"

namespace voiceagent {

class SttListener {
 public:
  virtual void stt_partial(const Transcript& transcript) = 0;
  virtual void stt_final(const Transcript& transcript) = 0;
  virtual void stt_signal(TurnSignal signal, float probability) = 0;
  virtual void stt_writable() = 0;
  virtual void stream_failed(Status status) = 0;
  virtual void stream_closed() = 0;

 protected:
  ~SttListener() = default;
};

class SttPort final : public StreamPort<SttPort, SttProvider, SttStream, SttListener>,
                      public SttSink {
 public:
  // Begins a stream. Session's executor.
  static Result<std::shared_ptr<SttPort>> open(const PortContext& context,
                                               std::shared_ptr<SttProvider> provider,
                                               const SttRequest& request, SttListener& listener) {
    std::shared_ptr<SttPort> port(new SttPort(context, std::move(provider), listener));
    if (Status status = port->start(request); !status.ok()) return status;
    return port;
  }

  void partial(const Transcript& transcript) override {
    deliver([text = sanitize_utf8(transcript.text)](SttListener& l) {
      l.stt_partial(Transcript{text, 1.0F, {}, {}});
    });
  }
  void final(const Transcript& transcript) override {
    Utf8Mender mend;
    std::vector<Word> words(transcript.words.begin(), transcript.words.end());
    for (Word& word : words) word.text = mend(word.text);
    const event::TranscriptFinal settled{mend(transcript.text), transcript.confidence, words};
    deliver([owned = copy(settled)](SttListener& l) {
      l.stt_final(Transcript{owned->text, owned->confidence, owned->words, {}});
    });
  }
  void turn_signal(TurnSignal signal, float probability) override {
    deliver([signal, probability](SttListener& l) { l.stt_signal(signal, probability); });
  }
  void writable() override {
    deliver([](SttListener& l) { l.stt_writable(); });
  }
  void error(const ProviderError& error) override { deliver_error(error); }
  void closed() override { deliver_closed(); }

 private:
  using StreamPort::StreamPort;
};

}  // namespace voiceagent
