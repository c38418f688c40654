// Drives a synthesiser's stream from an ordinary thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "provider_host.h"
#include "voiceagent/audio.h"
#include "voiceagent/tts.h"

namespace cli {

class SpeechStream final : private voiceagent::TtsSink {
 public:
  using OnAudio = std::function<voiceagent::Status(voiceagent::AudioView)>;

  // `host` must outlive the stream; voice and language may be empty.
  static voiceagent::Result<std::unique_ptr<SpeechStream>> start(
      ProviderHost& host, std::shared_ptr<voiceagent::TtsProvider> provider,
      const std::string& voice, const std::string& language);
  virtual ~SpeechStream();

  // Speaks `text`: passes its audio to `on_audio` on this thread, and returns when all has come.
  voiceagent::Status speak(std::string_view text, const OnAudio& on_audio);

 private:
  SpeechStream(ProviderHost& host, std::shared_ptr<voiceagent::TtsProvider> provider)
      : host_(host), provider_(std::move(provider)) {}

  bool audio(voiceagent::AudioView audio) override;
  void timing(const voiceagent::SpokenSpan&) override {}
  void done() override;
  void error(const voiceagent::ProviderError& error) override;
  void closed() override;

  voiceagent::Status push(std::string_view piece, const OnAudio& on_audio);
  // Passes on what has come. True if there was anything.
  voiceagent::Result<bool> pass_on(const OnAudio& on_audio);

  ProviderHost& host_;
  std::shared_ptr<voiceagent::TtsProvider> provider_;
  std::unique_ptr<voiceagent::TtsStream> stream_;
  std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::deque<voiceagent::Pcm> waiting_;
  voiceagent::Duration waiting_length_{0};
  bool stalled_ = false;
  int done_ = 0;
  bool closed_ = false;
  voiceagent::Status error_;
};

}  // namespace cli
