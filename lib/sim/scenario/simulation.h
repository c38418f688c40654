// One run of a scenario: a session, its user, its far end, on a time line of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/far_end.h"
#include "sim/scenario/record.h"
#include "sim/scenario/track.h"
#include "sim/scenario/user_voice.h"
#include "voiceagent/engine.h"
#include "voiceagent/executor.h"
#include "voiceagent/scenario.h"

namespace voiceagent::sim {

class Simulation final : private StepHost {
 public:
  // `scenario` must outlive it.
  explicit Simulation(const Scenario& scenario);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // From the opening of the session to its close. Call it once. The error says why there was none.
  Status run(const SessionObserver& observer);

  const Record& record() const { return record_; }
  // What went wrong with the scenario itself: steps that never began, or that couldn't be done.
  const std::vector<ScenarioFailure>& failures() const { return failures_; }

 private:
  void perform(const Step& step, const std::string& path, UniqueFunction<void()> done) override;
  void step_began(const Step& step) override;
  void step_ended(const Step& step) override;

  Duration begin(const Step& step, const std::string& path);
  void command(const Step& step, const std::string& path);
  void press(const step::Keys& keys, std::size_t index, const std::string& path,
             UniqueFunction<void()> done);
  void repeat(const step::Repeat& repeat, int round, const std::string& path,
              UniqueFunction<void()> done);
  void close(CloseReason reason);
  void see(const AnyEvent& event);
  void refused(const std::string& path, const Status& status);

  Status open(const SessionObserver& observer);
  void run_steps();
  bool is_missed(const Step& step) const;
  std::string step_not_done() const;
  void settle();
  void finish();
  void check_pools();
  void leave();
  Duration now() const { return executor_->now().time_since_epoch(); }
  bool steps_stuck() const;
  Duration network_time() const;

  const Scenario& scenario_;
  const std::shared_ptr<VirtualExecutor> executor_;
  Record record_;
  std::vector<ScenarioFailure> failures_;
  const std::shared_ptr<PoolBoard> pools_ = std::make_shared<PoolBoard>();
  std::shared_ptr<Agent> agent_;
  std::shared_ptr<Session> session_;
  Subscription subscription_;
  std::unique_ptr<FarEnd> far_end_;
  std::unique_ptr<UserVoice> voice_;
  std::vector<std::unique_ptr<Track>> tracks_;  // those that run now, the outermost first
  bool steps_over_ = false;                     // what is left of them doesn't happen any more
  Duration last_activity_{0};
  Duration closing_{-1};  // when close() was called
  std::string missed_;    // the first step that came after the close
};

}  // namespace voiceagent::sim
