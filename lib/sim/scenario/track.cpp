#include "sim/scenario/track.h"

#include <utility>

#include "sim/scenario/event_types.h"
#include "sim/scenario/problems.h"

namespace voiceagent::sim {

Track::Track(Executor& executor, StepHost& host, const std::vector<Step>& steps, std::string path,
             UniqueFunction<void()> done)
    : executor_(executor),
      host_(host),
      steps_(steps),
      path_(std::move(path)),
      done_(std::move(done)),
      progress_(steps.size()),
      left_(steps.size()) {}

void Track::start() {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Moment& when = steps_[i].when;
    if (when.at) {
      schedule(i, *when.at);
    } else if (i == 0 || when.nth > 0) {
      arm(i);
    }
  }
}

void Track::arm(std::size_t i) {
  if (steps_[i].when.after) {
    progress_[i].phase = Phase::kArmed;
  } else {
    schedule(i, steps_[i].when.plus);
  }
}

void Track::schedule(std::size_t i, Duration delay) {
  progress_[i].phase = Phase::kScheduled;
  ++under_way_;
  executor_.post_after(delay, [this, i] { begin(i); });
}

void Track::see(std::string_view type, std::string_view line) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    Progress& progress = progress_[i];
    const Moment& when = steps_[i].when;
    if (progress.phase != Phase::kArmed || when.after->type != type) continue;
    if (!fields_match(*when.after, line)) continue;
    if (++progress.seen >= when.nth) schedule(i, when.plus);
  }
}

void Track::begin(std::size_t i) {
  progress_[i].phase = Phase::kBegun;
  host_.step_began(steps_[i]);
  // Before the step acts: what it causes may be what the next one waits for.
  if (i + 1 < steps_.size() && follows_beginning(steps_[i + 1])) arm(i + 1);
  host_.perform(steps_[i], element_path(path_, i), [this, i] { end(i); });
}

void Track::end(std::size_t i) {
  progress_[i].phase = Phase::kEnded;
  --under_way_;
  --left_;
  host_.step_ended(steps_[i]);
  if (i + 1 < steps_.size() && follows_end(steps_[i + 1])) arm(i + 1);
  if (left_ == 0) done_();
}

std::string Track::waiting() const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (progress_[i].phase == Phase::kBegun || progress_[i].phase == Phase::kEnded) continue;
    std::string text = element_path(path_, i);
    const Moment& when = steps_[i].when;
    if (progress_[i].phase == Phase::kArmed) {
      text += ", which waits for " + describe(*when.after);
      if (when.nth > 0) {
        text += ", number " + std::to_string(when.nth) + " (" + std::to_string(progress_[i].seen) +
                " came)";
      }
    }
    return text;
  }
  return {};
}

}  // namespace voiceagent::sim
