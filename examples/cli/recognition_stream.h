// Drives a recogniser's stream from an ordinary thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "provider_host.h"
#include "voiceagent/stt.h"

namespace cli {

struct HeardWord {
  std::string text;
  voiceagent::Duration start{0};  // from the first sample pushed
  voiceagent::Duration end{0};
  float confidence = 1.0F;
};

class RecognitionStream final : private voiceagent::SttSink {
 public:
  // Comes back when the recogniser is ready for audio. `host` must outlive the stream.
  static voiceagent::Result<std::unique_ptr<RecognitionStream>> start(
      ProviderHost& host, std::shared_ptr<voiceagent::SttProvider> provider, int sample_rate,
      const std::string& language);
  virtual ~RecognitionStream();

  // Hands over audio at the stream's rate; waits while the recogniser is busy.
  voiceagent::Status push(std::span<const std::int16_t> samples);
  // Lets the recogniser settle what it was given, and waits for the words.
  voiceagent::Status settle();

  // All that was settled so far.
  const std::string& text() const { return text_; }
  const std::vector<HeardWord>& words() const { return words_; }

 private:
  RecognitionStream(ProviderHost& host, std::shared_ptr<voiceagent::SttProvider> provider, int rate)
      : host_(host), provider_(std::move(provider)), rate_(rate) {}

  void partial(const voiceagent::Transcript&) override {}
  void final(const voiceagent::Transcript& transcript) override;
  void turn_signal(voiceagent::TurnSignal, float) override {}
  void writable() override;
  void error(const voiceagent::ProviderError& error) override;
  void closed() override;

  voiceagent::Status push_block(std::span<const std::int16_t> samples);
  // Waits until `ready()`, or the stream has failed. With the lock.
  template <class Ready>
  voiceagent::Status wait(std::unique_lock<std::mutex>& lock, const char* what, Ready ready);

  ProviderHost& host_;
  std::shared_ptr<voiceagent::SttProvider> provider_;
  int rate_;
  std::unique_ptr<voiceagent::SttStream> stream_;
  std::string text_;
  std::vector<HeardWord> words_;
  std::mutex mutex_;  // for what follows
  std::condition_variable changed_;
  std::string new_text_;
  std::vector<HeardWord> new_words_;
  int finals_ = 0;
  bool writable_ = false;
  bool closed_ = false;
  voiceagent::Status error_;
};

}  // namespace cli
