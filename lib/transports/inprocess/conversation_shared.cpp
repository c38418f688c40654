#include "transports/inprocess/conversation_shared.h"

#include <algorithm>
#include <chrono>

#include "base/ids.h"

namespace voiceagent {
namespace {

SessionOptions with_id(SessionOptions options) {
  if (options.id.empty()) options.id = random_id();
  return options;
}

constexpr Duration kCallLimit{10'000'000'000};  // an executor that doesn't answer for so long hangs
constexpr Duration kVirtualStep{20'000'000};

}  // namespace

Conversation::Shared::Shared(std::shared_ptr<Agent> agent, std::shared_ptr<Executor> executor,
                             SessionOptions options)
    : agent_(std::move(agent)),
      executor_(std::move(executor)),
      options_(with_id(std::move(options))),
      output_rate_(agent_->output_rate(options_)) {}

bool Conversation::Shared::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

void Conversation::Shared::start() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(started_, true)) return;
  executor_->post([self = shared_from_this()] { self->open(); });
}

// Makes the session and its handlers in one task, so that they hear its first event.
void Conversation::Shared::open() {
  Result<std::shared_ptr<Session>> session = agent_->open_session(options_, executor_);
  if (!session.ok()) {
    closed_.store(true);  // the options were checked before: only a host's own provider gets here
    return;
  }
  session_ = std::move(*session);
  keep(session_->events().subscribe_all([this](const AnyEvent& event) {
    if (event.kind() == EventKind::kSessionClosed) closed_.store(true);
    check_soon();
  }));
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(before_start_);
  }
  for (Command& command : commands) command(*session_);
}

void Conversation::Shared::run(Command command) {
  {
    const std::lock_guard lock(mutex_);
    if (!started_) return before_start_.push_back(std::move(command));
  }
  executor_->post([self = shared_from_this(), command = std::move(command)]() mutable {
    if (self->session_ != nullptr) command(*self->session_);
  });
}

Status Conversation::Shared::check_open() const {
  if (!closed_.load()) return Status::success();
  return failed_precondition("the conversation " + id() + " is over");
}

Status Conversation::Shared::push_audio(AudioView audio) {
  if (Status status = check_open(); !status.ok()) return status;
  if (audio.sample_rate < kMinSampleRate || audio.sample_rate > kMaxSampleRate) {
    return invalid_argument("audio of " + std::to_string(audio.sample_rate) +
                            " samples a second: the rate must be from 4000 to 192000");
  }
  const Duration::rep length = audio.duration().count();
  if (queued_audio_.load() > 0 && queued_audio_.load() + length > max_queued_audio.count()) {
    return resource_exhausted(
        "5 s of audio wait for the session's thread: push it as it is spoken");
  }
  queued_audio_.fetch_add(length);
  Pcm copy{{audio.samples.begin(), audio.samples.end()}, audio.sample_rate};
  run([self = this, copy = std::move(copy), length](Session& session) {
    self->queued_audio_.fetch_sub(length);
    (void)session.push_audio(copy.view());  // was checked; after close nobody listens
  });
  return Status::success();
}

Status Conversation::Shared::push_text(std::string_view text) {
  if (Status status = check_open(); !status.ok()) return status;
  if (Status status = agent_->check_text(text); !status.ok()) return status;
  run([text = std::string(text)](Session& session) { (void)session.push_text(text); });
  return Status::success();
}

Status Conversation::Shared::push_dtmf(std::string_view digits) {
  if (Status status = check_open(); !status.ok()) return status;
  if (Status status = check_dtmf(digits); !status.ok()) return status;
  run([digits = std::string(digits)](Session& session) { (void)session.push_dtmf(digits); });
  return Status::success();
}

Status Conversation::Shared::say(std::string_view text, SayOptions options) {
  if (Status status = check_open(); !status.ok()) return status;
  if (Status status = agent_->check_text(text); !status.ok()) return status;
  run([text = std::string(text), options](Session& session) { (void)session.say(text, options); });
  return Status::success();
}

void Conversation::Shared::call(UniqueFunction<void(Session&)> command) {
  if (executor_->is_current()) {
    if (session_ != nullptr) command(*session_);
    return;
  }
  if (!started()) return;
  struct Call {
    std::mutex mutex;
    std::condition_variable finished;
    bool running = false;
    bool done = false;
    bool abandoned = false;
  };
  auto state = std::make_shared<Call>();
  executor_->post([self = shared_from_this(), state, &command] {
    {
      const std::lock_guard lock(state->mutex);
      if (state->abandoned) return;
      state->running = true;
    }
    if (self->session_ != nullptr) command(*self->session_);
    const std::lock_guard lock(state->mutex);
    state->done = true;
    state->finished.notify_all();
  });
  if (auto* time = dynamic_cast<VirtualExecutor*>(executor_.get())) time->run_for(Duration(0));
  std::unique_lock lock(state->mutex);
  const auto done = [&state] { return state->done; };
  if (state->finished.wait_for(lock, kCallLimit, done)) return;
  state->abandoned = !state->running;
  if (state->running) state->finished.wait(lock, done);  // it uses what lives on this stack
}

bool Conversation::Shared::wait(Duration limit, Condition condition) {
  if (!started()) return true;
  auto waiter = std::make_shared<Waiter>(Waiter{condition});
  executor_->post([self = shared_from_this(), waiter] {
    self->waiters_.push_back(waiter);
    self->check_waiters();
  });
  const auto done = [this, &waiter] {
    const std::lock_guard lock(mutex_);
    return waiter->done;
  };
  if (auto* time = dynamic_cast<VirtualExecutor*>(executor_.get())) {
    const Time end = time->now() + limit;
    for (time->run_for(Duration(0)); !done() && time->now() < end;) {
      time->run_until(std::min(end, time->now() + kVirtualStep));
    }
    return done();
  }
  std::unique_lock lock(mutex_);
  const bool in_time = changed_.wait_for(lock, limit, [&waiter] { return waiter->done; });
  waiter->given_up = true;
  return in_time;
}

void Conversation::Shared::check_waiters() {
  const std::lock_guard lock(mutex_);
  for (const auto& waiter : waiters_) waiter->done = waiter->condition(session_.get());
  std::erase_if(waiters_, [](const auto& waiter) { return waiter->done || waiter->given_up; });
  changed_.notify_all();
}

// Looks again once the session has dealt with the event that is being delivered.
void Conversation::Shared::check_soon() {
  if (waiters_.empty() || std::exchange(check_posted_, true)) return;
  executor_->post([self = shared_from_this()] {
    self->check_posted_ = false;
    self->check_waiters();
  });
}

void Conversation::Shared::let_go() {
  const auto drop = [](Shared& shared) {
    shared.subscriptions_.clear();
    shared.session_.reset();
  };
  if (executor_->is_current()) return drop(*this);
  executor_->post([self = shared_from_this(), drop] { drop(*self); });
  if (auto* time = dynamic_cast<VirtualExecutor*>(executor_.get())) time->run_for(Duration(0));
}

}  // namespace voiceagent
