// Runs a list of steps: each one at its time, after its event, or when the one before has ended.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/executor.h"
#include "voiceagent/function.h"
#include "voiceagent/scenario.h"

namespace voiceagent::sim {

// Carries out what a step does.
class StepHost {
 public:
  // Begins `action`; calls `done` when it has ended, perhaps at once.
  virtual void perform(const Step& step, const std::string& path, UniqueFunction<void()> done) = 0;
  virtual void step_began(const Step& step) = 0;
  virtual void step_ended(const Step& step) = 0;

 protected:
  ~StepHost() = default;
};

// Lives on `executor`, which must not run any more once it is gone.
class Track {
 public:
  // `path` names the list ("steps"); `done` is called once all steps have ended.
  Track(Executor& executor, StepHost& host, const std::vector<Step>& steps, std::string path,
        UniqueFunction<void()> done);

  void start();
  // An event has come; `line` is its JSON.
  void see(std::string_view type, std::string_view line);
  const std::vector<Step>* steps() const { return &steps_; }
  bool finished() const { return left_ == 0; }
  // Whether nothing will happen any more unless an event comes.
  bool waits_for_events() const { return under_way_ == 0; }
  // A step that has not begun, as "steps[3], which waits for the 2nd turn_ended"; empty: none.
  std::string waiting() const;

 private:
  enum class Phase { kWaiting, kArmed, kScheduled, kBegun, kEnded };
  struct Progress {
    Phase phase = Phase::kWaiting;
    int seen = 0;  // events that would have done, while armed
  };

  static bool follows_beginning(const Step& step) {
    return !step.when.at && step.when.after && step.when.nth == 0;
  }
  static bool follows_end(const Step& step) { return !step.when.at && !step.when.after; }
  void arm(std::size_t i);
  void schedule(std::size_t i, Duration delay);
  void begin(std::size_t i);
  void end(std::size_t i);

  Executor& executor_;
  StepHost& host_;
  const std::vector<Step>& steps_;
  const std::string path_;
  UniqueFunction<void()> done_;
  std::vector<Progress> progress_;
  std::size_t left_;
  std::size_t under_way_ = 0;  // scheduled or begun
};

}  // namespace voiceagent::sim
