// A recogniser's stream, on the session's executor.
#pragma once

#include "core/stream/stream_port.h"
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
    Result<std::unique_ptr<SttStream>> stream = port->provider().start(request, *port);
    if (!stream.ok()) return stream.status();
    port->adopt(std::move(*stream));
    return port;
  }

  void partial(const Transcript& transcript) override {
    deliver([text = std::string(transcript.text)](SttListener& l) {
      l.stt_partial(Transcript{text, 1.0F, {}, {}});
    });
  }
  void final(const Transcript& transcript) override {
    deliver([owned = copy(event::TranscriptFinal{transcript.text, transcript.confidence,
                                                 transcript.words})](SttListener& l) {
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
