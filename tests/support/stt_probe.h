// A sink that writes down what a recogniser says, and lets a test wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "voiceagent/stt.h"

namespace voiceagent::test {

// A word that owns its text.
struct SttWord {
  std::string text;
  Duration start{0};
  Duration end{0};
  float confidence = 0;

  bool operator==(const SttWord&) const = default;
};

// Settled words.
struct SttFinal {
  std::string text;
  float confidence = 0;
  std::vector<SttWord> words;

  bool operator==(const SttFinal&) const = default;
};

// What a sink was told. `log` has a letter a call, in order: p(artial), f(inal), s(ignal),
// w(ritable), e(rror), c(losed).
struct SttRecord {
  std::vector<std::string> partials;
  std::vector<SttFinal> finals;
  std::string log;
  Status error;

  std::int64_t count(char what) const {
    std::int64_t n = 0;
    for (const char c : log) n += c == what ? 1 : 0;
    return n;
  }
  // The text of all finals.
  std::string text() const {
    std::string all;
    for (const SttFinal& final : finals) {
      if (!all.empty() && !final.text.empty()) all += ' ';
      all += final.text;
    }
    return all;
  }
};

// Callable from any thread.
class SttProbe final : public SttSink {
 public:
  void partial(const Transcript& transcript) override {
    note('p', [&] { record_.partials.emplace_back(transcript.text); });
  }
  void final(const Transcript& transcript) override {
    note('f', [&] {
      SttFinal& final = record_.finals.emplace_back();
      final.text = transcript.text;
      final.confidence = transcript.confidence;
      for (const Word& word : transcript.words) {
        final.words.push_back({std::string(word.text), word.start, word.end, word.confidence});
      }
    });
  }
  void turn_signal(TurnSignal /*signal*/, float /*probability*/) override {
    note('s', [] {});
  }
  void writable() override {
    note('w', [] {});
  }
  void error(const ProviderError& error) override {
    note('e', [&] { record_.error = Status(error.code, std::string(error.message)); });
  }
  void closed() override {
    note('c', [] {});
  }

  // What was told so far.
  SttRecord record() const {
    const std::lock_guard lock(mutex_);
    return record_;
  }

  // Waits until `reached` holds; false when it doesn't within two minutes.
  bool wait(const std::function<bool(const SttRecord&)>& reached) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(2), [&] { return reached(record_); });
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
  SttRecord record_;
};

}  // namespace voiceagent::test
