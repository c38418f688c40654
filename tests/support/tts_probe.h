// A sink that writes down what a synthesiser says, and lets a test wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/tts.h"

namespace voiceagent::test {

// What a sink was told. `log` has a letter a call, in order: a(udio taken), f(ull: audio refused),
// t(iming), d(one), e(rror), c(losed).
struct TtsRecord {
  std::vector<std::int16_t> samples;
  std::vector<SpokenSpan> spans;
  std::string log;
  int sample_rate = 0;
  Status error;

  std::int64_t count(char what) const {
    std::int64_t n = 0;
    for (const char c : log) n += c == what ? 1 : 0;
    return n;
  }
  // How often audio was refused and not asked for again.
  bool is_full() const {
    const std::size_t last = log.find_last_of("af");
    return last != std::string::npos && log[last] == 'f';
  }
};

// Callable from any thread.
class TtsProbe final : public TtsSink {
 public:
  // Decides about each piece of audio whether to take it; set it before the stream starts. It is
  // called under no lock, on the thread that brings the audio.
  std::function<bool()> take = [] { return true; };

  bool audio(AudioView audio) override {
    const bool taken = take();
    note(taken ? 'a' : 'f', [&] {
      record_.sample_rate = audio.sample_rate;
      if (taken) {
        record_.samples.insert(record_.samples.end(), audio.samples.begin(), audio.samples.end());
      }
    });
    return taken;
  }
  void timing(const SpokenSpan& span) override {
    note('t', [&] { record_.spans.push_back(span); });
  }
  void done() override {
    note('d', [] {});
  }
  void error(const ProviderError& error) override {
    note('e', [&] { record_.error = Status(error.code, std::string(error.message)); });
  }
  void closed() override {
    note('c', [] {});
  }

  // What was told so far.
  TtsRecord record() const {
    const std::lock_guard lock(mutex_);
    return record_;
  }

  // Waits until `reached` holds; false when it doesn't within a minute.
  bool wait(const std::function<bool(const TtsRecord&)>& reached) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return reached(record_); });
  }

 private:
  template <class Change>
  void note(char what, Change change) {
    const std::lock_guard lock(mutex_);
    change();
    record_.log += what;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  TtsRecord record_;
};

}  // namespace voiceagent::test
