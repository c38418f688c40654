// A sink that writes down what a model says, and lets a test wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/llm.h"

namespace voiceagent::test {

// What a sink was told. `log` has a letter a call, in order: i(ntent), t(ext), k: tool call,
// d(one), e(rror), c(losed).
struct LlmRecord {
  std::vector<std::string> pieces;
  std::string intent;
  float confidence = 0;
  std::vector<std::pair<std::string, std::string>> slots;
  std::string log;
  FinishReason reason = FinishReason::kCancelled;
  Status error;

  std::string text() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }
  bool has(char what) const { return log.find(what) != std::string::npos; }
};

// Callable from any thread.
class LlmProbe final : public LlmSink {
 public:
  // Called with the letter of each call, under no lock, on the thread of the call; set it before
  // the stream starts.
  std::function<void(char)> on_call = [](char) {};

  void delta(std::string_view text) override {
    note('t', [&] { record_.pieces.emplace_back(text); });
  }
  void intent(const Intent& intent) override {
    note('i', [&] {
      record_.intent = intent.name;
      record_.confidence = intent.confidence;
      for (const Slot& slot : intent.slots) record_.slots.emplace_back(slot.name, slot.value);
    });
  }
  void tool_call(const ToolCall&) override {
    note('k', [] {});
  }
  void done(const Usage&, FinishReason reason) override {
    note('d', [&] { record_.reason = reason; });
  }
  void error(const ProviderError& error) override {
    note('e', [&] { record_.error = Status(error.code, std::string(error.message)); });
  }
  void closed() override {
    note('c', [] {});
  }

  // What was told so far.
  LlmRecord record() const {
    const std::lock_guard lock(mutex_);
    return record_;
  }

  // Waits until `reached` holds; false when it doesn't within a minute.
  bool wait(const std::function<bool(const LlmRecord&)>& reached) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return reached(record_); });
  }

 private:
  // The hook comes first: once closed() is on record, the test may end and the hook with it.
  template <class Change>
  void note(char what, Change change) {
    on_call(what);
    const std::lock_guard lock(mutex_);
    change();
    record_.log += what;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  LlmRecord record_;
};

}  // namespace voiceagent::test
