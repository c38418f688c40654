// What a Conversation and its tasks on the session's executor share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/conversation.h"

namespace voiceagent {

struct Conversation::Shared : std::enable_shared_from_this<Conversation::Shared> {
 public:
  using Command = UniqueFunction<void(Session&), 192>;
  using Condition = bool (*)(Session* session);  // null: there is no session

  Shared(std::shared_ptr<Agent> agent, std::shared_ptr<Executor> executor, SessionOptions options);

  Agent& agent() const { return *agent_; }
  Executor& executor() const { return *executor_; }
  int output_rate() const { return output_rate_; }
  const std::string& id() const { return options_.id; }

  // Any thread.
  void start();
  bool started() const;
  void run(Command command);
  Status push_audio(AudioView audio);
  Status push_text(std::string_view text);
  Status push_dtmf(std::string_view digits);
  Status say(std::string_view text, SayOptions options);
  // Runs `command` on the executor and waits for it; not at all without a session.
  void call(UniqueFunction<void(Session&)> command);
  bool wait(Duration limit, Condition condition);
  // Ends all subscriptions and drops the session: no handler is called any more.
  void let_go();

  // Executor only.
  void keep(Subscription subscription) { subscriptions_.push_back(std::move(subscription)); }

 private:
  struct Waiter {
    Condition condition;
    bool done = false;
    bool given_up = false;
  };

  void open();
  void check_waiters();
  void check_soon();
  Status check_open() const;

  const std::shared_ptr<Agent> agent_;
  const std::shared_ptr<Executor> executor_;
  const SessionOptions options_;
  const int output_rate_;
  std::atomic<Duration::rep> queued_audio_{0};

  mutable std::mutex mutex_;
  bool started_ = false;
  std::vector<Command> before_start_;
  std::condition_variable changed_;  // a waiter is done

  // Executor only.
  std::shared_ptr<Session> session_;
  std::vector<Subscription> subscriptions_;
  std::vector<std::shared_ptr<Waiter>> waiters_;
  bool check_posted_ = false;

  std::atomic<bool> closed_{false};
};

}  // namespace voiceagent
