// A synthesiser's stream, on the session's executor, with back-pressure: audio that the session has
// not sent on yet is bounded, and a provider faster than that is told to wait.
#pragma once

#include <atomic>
#include <cstdint>

#include "audio/frame_pool.h"
#include "core/stream/stream_port.h"
#include "voiceagent/tts.h"

namespace voiceagent {

// What became of a synthesiser that says that it has spoken, and gave no sound.
inline Status spoken_without_sound() {
  return {ErrorCode::kProtocol, "the synthesiser gave no sound for its text"};
}

class TtsListener {
 public:
  virtual void tts_audio(FramePtr frame, int sample_rate) = 0;
  virtual void tts_timing(const SpokenSpan& span) = 0;
  virtual void tts_done() = 0;
  virtual void stream_failed(Status status) = 0;
  virtual void stream_closed() = 0;

 protected:
  ~TtsListener() = default;
};

class TtsPort final : public StreamPort<TtsPort, TtsProvider, TtsStream, TtsListener>,
                      public TtsSink {
 public:
  // Begins a stream; frames are taken from `pool`. Once `most` of audio waits to be sent on, no
  // more is taken until half of it has been. Session's executor.
  static Result<std::shared_ptr<TtsPort>> open(const PortContext& context,
                                               std::shared_ptr<TtsProvider> provider,
                                               const TtsRequest& request, TtsListener& listener,
                                               std::shared_ptr<FramePool> pool, Duration most);

  // The session has sent on, or dropped, so much audio. Session's executor.
  void consumed(Duration audio);

  bool audio(AudioView audio) override;
  void timing(const SpokenSpan& span) override {
    deliver([span](TtsListener& l) { l.tts_timing(span); });
  }
  void done() override {
    deliver([](TtsListener& l) { l.tts_done(); });
  }
  void error(const ProviderError& error) override { deliver_error(error); }
  void closed() override { deliver_closed(); }

 private:
  TtsPort(const PortContext& context, std::shared_ptr<TtsProvider> provider, TtsListener& listener,
          std::shared_ptr<FramePool> pool, Duration most)
      : StreamPort(context, std::move(provider), listener),
        pool_(std::move(pool)),
        most_(most.count()) {}

  const std::shared_ptr<FramePool> pool_;
  const std::int64_t most_;              // nanoseconds
  std::atomic<std::int64_t> queued_{0};  // nanoseconds of audio not sent on yet
  std::atomic<bool> refused_{false};     // the provider waits for resume()
};

}  // namespace voiceagent
