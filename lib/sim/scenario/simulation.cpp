#include "sim/scenario/simulation.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/text.h"
#include "core/engine.h"
#include "sim/scenario/event_types.h"
#include "sim/scenario/script_providers.h"
#include "sim/scripted_pool.h"
#include "voiceagent/log.h"
#include "voiceagent/registry.h"

namespace voiceagent::sim {
namespace {

constexpr Duration kSlice{20'000'000};            // between looks at how far it has come
constexpr Duration kQuiet{300'000'000};           // so long idle, and it has settled
constexpr Duration kLongest{86'400'000'000'000};  // a day
constexpr Duration kAfterwards{10'000'000'000};   // for streams to let go once all is over

std::string seconds_text(Duration d) {
  std::string text = std::to_string(d.count() / 1'000'000'000);
  return text + "." + std::to_string(d.count() / 100'000'000 % 10) + " s";
}

// Gaps that nobody would call a silence are none, within a turn.
std::vector<Stretch> audible_stretches(const std::vector<Played>& played) {
  constexpr Duration kGap{50'000'000};
  std::vector<Stretch> audible;
  TurnId turn = 0;
  for (const Played& one : played) {
    if (one.turn == std::exchange(turn, one.turn) && one.start - audible.back().end <= kGap) {
      audible.back().end = one.end;
    } else {
      audible.push_back({one.start, one.end});
    }
  }
  return audible;
}

VirtualTimeOptions time_options(const Scenario& scenario) {
  VirtualTimeOptions options;
  options.seed = scenario.seed;
  return options;
}

}  // namespace

Simulation::Simulation(const Scenario& scenario)
    : scenario_(scenario),
      executor_(VirtualExecutor::create(time_options(scenario))),
      record_(scenario.agent.mode) {}

Simulation::~Simulation() { leave(); }

// Nobody looks at the session any more.
void Simulation::leave() {
  voice_.reset();
  far_end_.reset();
  subscription_.reset();
  session_.reset();
  executor_->run_for(kAfterwards);
}

Status Simulation::run(const SessionObserver& observer) {
  if (Status status = open(observer); !status.ok()) return status;
  run_steps();
  settle();
  finish();
  check_pools();
  return Status::success();
}

Status Simulation::open(const SessionObserver& observer) {
  AgentOptions agent = scenario_.agent;
  use_scripts(agent, scenario_.providers, scenario_.seed, executor_, pools_);
  EngineOptions options;
  options.executors = {executor_};
  options.workers = executor_->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  Result<std::shared_ptr<Engine>> engine = make_engine(std::move(options));
  if (!engine.ok()) return engine.status();
  Result<std::shared_ptr<Agent>> made = (*engine)->make_agent(std::move(agent));
  if (!made.ok()) return made.status();
  agent_ = std::move(*made);
  SessionOptions session_options = scenario_.session;
  if (session_options.id.empty()) session_options.id = scenario_.name;
  session_options.reports_playback = scenario_.far_end.reports;
  Result<std::shared_ptr<Session>> session = agent_->open_session(std::move(session_options));
  if (!session.ok()) return session.status();
  session_ = std::move(*session);
  FarEndOptions far_end = scenario_.far_end;
  far_end.seed = scenario_.seed;
  far_end_ = std::make_unique<FarEnd>(*session_, far_end);
  subscription_ = session_->events().subscribe_all([this](const AnyEvent& event) { see(event); });
  if (observer) observer(*session_);
  voice_ =
      std::make_unique<UserVoice>(*executor_, *session_, *far_end_, record_, scenario_.microphone);
  return Status::success();
}

void Simulation::see(const AnyEvent& event) {
  const std::string_view line = record_.add(event);
  if (line.empty()) return;
  last_activity_ = now();
  const std::string_view type = event_type_name(event.kind());
  for (std::size_t i = 0; i < tracks_.size(); ++i) tracks_[i]->see(type, line);
}

void Simulation::run_steps() {
  tracks_.push_back(std::make_unique<Track>(*executor_, static_cast<StepHost&>(*this),
                                            scenario_.steps, "steps", [] {}));
  Track& steps = *tracks_.front();
  // The session opens first.
  executor_->post([&steps] { steps.start(); });
  while (!steps.finished() && !session_->closed()) {
    executor_->run_for(kSlice);
    if (steps_stuck() || now() > kLongest) break;
  }
  steps_over_ = true;
  if (std::string step = step_not_done(); !step.empty()) {
    failures_.push_back({"steps", "all of them happen", std::move(step), last_activity_});
  }
}

// A step that the session saw nothing of, and why; empty: there is none.
std::string Simulation::step_not_done() const {
  if (!missed_.empty()) return missed_ + ", never carried out; the session had closed";
  std::string waiting;
  for (const auto& track : tracks_) {
    if (std::string step = track->waiting(); !step.empty()) waiting = std::move(step);
  }
  if (waiting.empty()) return {};
  return waiting + ", never began" + (session_->closed() ? "; the session had closed" : "");
}

// Whether all steps that are left wait for events, and none has come for long.
bool Simulation::steps_stuck() const {
  if (now() - last_activity_ < scenario_.settle) return false;
  // A track whose step is a round of others is under way itself.
  return std::ranges::any_of(
      tracks_, [](const auto& track) { return track->waits_for_events() && !track->finished(); });
}

// How long the network may still have something to tell, one way and back.
Duration Simulation::network_time() const {
  const auto longest = [](const Latency& l) { return l.base + l.jitter + l.tail; };
  const FarEndOptions& end = scenario_.far_end;
  return 2 * longest(end.delay) + longest(end.report_delay) + end.report_interval + end.buffer +
         scenario_.session.playout_delay;
}

void Simulation::settle() {
  const Duration limit = now() + scenario_.settle;
  Duration quiet_since = now();
  while (!session_->closed() && closing_ < Duration(0)) {
    if (!session_->idle() || voice_->sending()) quiet_since = now();
    if (now() - quiet_since >= kQuiet + network_time()) {
      record_.settled = true;
      return;
    }
    if (now() >= limit) {
      failures_.push_back({"settle_ms", "all is quiet within " + seconds_text(scenario_.settle),
                           "the session was still busy", now()});
      return;
    }
    executor_->run_for(kSlice);
  }
}

void Simulation::finish() {
  if (!session_->closed()) close(CloseReason::kHost);
  const Duration timeout = scenario_.agent.limits.close_timeout;
  const Duration deadline = closing_ + timeout;
  while (!session_->closed() && now() < deadline) {
    executor_->run_until(Time(std::min(deadline, now() + kSlice)));
  }
  if (!session_->closed()) {
    failures_.push_back({"close", "the session closes within " + seconds_text(timeout),
                         "it was still open", now()});
  }
  record_.end = now();
  executor_->run_for(network_time());
  record_.violations = record_.take_violations();
  record_.played = far_end_->stretches();
  record_.far_end_text = far_end_->heard();
  record_.heard = trim(record_.far_end_text);
  record_.audible = audible_stretches(record_.played);
  record_.context = session_->context();
}

// Once all is over whoever had a place in a pool has given it back.
void Simulation::check_pools() {
  if (pools_->all().empty()) return;
  leave();
  executor_->run_until_idle(kLongest);
  if (std::string left = left_over(*pools_); !left.empty()) {
    failures_.push_back({"pool", "nothing is in use at the end", std::move(left), now()});
  }
}

void Simulation::close(CloseReason reason) {
  if (closing_ < Duration(0)) closing_ = now();
  session_->close(reason);
}

void Simulation::step_began(const Step& step) {
  last_activity_ = now();
  if (!step.name.empty()) record_.step_starts.push_back({step.name, now()});
}

void Simulation::step_ended(const Step& step) {
  last_activity_ = now();
  if (!step.name.empty()) record_.step_ends.push_back({step.name, now()});
}

void Simulation::refused(const std::string& path, const Status& status) {
  if (status.ok()) return;
  failures_.push_back({path, "the session takes it", status.message(), now()});
}

// Whether the step comes too late for the session to see anything of it.
bool Simulation::is_missed(const Step& step) const {
  // Silence after the close is no loss, and another close one that the session has to bear.
  if (std::holds_alternative<step::Silence>(step.action)) return false;
  if (std::holds_alternative<step::Close>(step.action)) return false;
  return closing_ >= Duration(0) || session_->closed();
}

void Simulation::perform(const Step& step, const std::string& path, UniqueFunction<void()> done) {
  if (steps_over_) return;
  if (is_missed(step)) {
    if (missed_.empty()) missed_ = path;
    return done();
  }
  if (const auto* keys = std::get_if<step::Keys>(&step.action)) {
    return press(*keys, 0, path, std::move(done));
  }
  if (const auto* again = std::get_if<step::Repeat>(&step.action)) {
    return repeat(*again, 0, path, std::move(done));
  }
  if (const Duration length = begin(step, path); length > Duration(0)) {
    executor_->post_after(length, std::move(done));
  } else {
    done();
  }
}

// Begins what a step does; how long it lasts.
Duration Simulation::begin(const Step& step, const std::string& path) {
  if (const auto* silence = std::get_if<step::Silence>(&step.action)) return silence->length;
  const auto* say = std::get_if<step::Say>(&step.action);
  const auto* noise = std::get_if<step::Noise>(&step.action);
  if (say == nullptr && noise == nullptr) {
    command(step, path);
    return {};
  }
  if (!voice_->busy()) return say != nullptr ? voice_->say(*say) : voice_->make_noise(*noise);
  failures_.push_back({path, "the user makes one sound at a time",
                       "the sound of an earlier step still lasted", now()});
  return {};
}

void Simulation::command(const Step& step, const std::string& path) {
  if (const auto* type = std::get_if<step::Type>(&step.action)) {
    refused(path + ".type", session_->push_text(type->text));
  } else if (const auto* says = std::get_if<step::AgentSays>(&step.action)) {
    refused(path + ".agent_says", session_->say(says->text, {says->interruptible}));
  } else if (const auto* mode = std::get_if<step::SwitchMode>(&step.action)) {
    refused(path + ".mode", session_->set_mode(mode->mode));
  } else if (const auto* microphone = std::get_if<step::Microphone>(&step.action)) {
    voice_->change(*microphone);
  } else if (const auto* end = std::get_if<step::Close>(&step.action)) {
    close(end->reason);
  } else if (std::holds_alternative<step::Commit>(step.action)) {
    session_->commit_turn();
  } else {
    session_->interrupt();
  }
}

void Simulation::press(const step::Keys& keys, std::size_t index, const std::string& path,
                       UniqueFunction<void()> done) {
  if (steps_over_) return;
  const std::size_t count = keys.interval == Duration(0) ? keys.digits.size() : 1;
  refused(path + ".keys", session_->push_dtmf(std::string_view(keys.digits).substr(index, count)));
  index += count;
  if (index >= keys.digits.size()) return done();
  executor_->post_after(keys.interval,
                        [this, &keys, index, path, done = std::move(done)]() mutable {
                          press(keys, index, path, std::move(done));
                        });
}

void Simulation::repeat(const step::Repeat& repeat, int round, const std::string& path,
                        UniqueFunction<void()> done) {
  if (steps_over_) return;
  if (round == repeat.times) return done();
  const Duration next = round + 1 == repeat.times ? now() : now() + repeat.every;
  auto over = [this, &repeat, round, path, next, done = std::move(done)]() mutable {
    // A track must not go while its own last step is on the stack: later.
    executor_->post_after(std::max(Duration(0), next - now()), [this, &repeat, round, path,
                                                                done = std::move(done)]() mutable {
      std::erase_if(tracks_, [&](const auto& track) { return track->steps() == &repeat.steps; });
      this->repeat(repeat, round + 1, path, std::move(done));
    });
  };
  tracks_.push_back(std::make_unique<Track>(*executor_, static_cast<StepHost&>(*this), repeat.steps,
                                            path + ".repeat.steps", std::move(over)));
  tracks_.back()->start();
}

}  // namespace voiceagent::sim
