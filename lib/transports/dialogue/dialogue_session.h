// One session of request and answer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/ring.h"
#include "transports/dialogue/dialogues.h"
#include "voiceagent/session.h"

namespace voiceagent::transports {

// What one needs of those that keep it.
class DialogueKeeper {
 public:
  virtual ~DialogueKeeper() = default;
  virtual Result<std::shared_ptr<Session>> open_session(
      const std::string& id, const Principal& owner, const std::shared_ptr<Executor>& executor) = 0;
  // It has had nothing to do for long. True: it is kept no longer.
  virtual bool expire(const std::string& id) = 0;
};

// Everything on its executor, but for the constants and the counter.
class DialogueSession final : public std::enable_shared_from_this<DialogueSession> {
 public:
  DialogueSession(std::string id, Principal owner, std::shared_ptr<Executor> executor,
                  std::weak_ptr<DialogueKeeper> keeper, const DialogueOptions& options)
      : id_(std::move(id)),
        owner_(std::move(owner)),
        executor_(std::move(executor)),
        keeper_(std::move(keeper)),
        options_(options) {}

  const std::string& id() const { return id_; }
  const Principal& owner() const { return owner_; }
  const std::shared_ptr<Executor>& executor() const { return executor_; }
  // Requests taken and not answered yet. Any thread.
  std::atomic<std::size_t> taken{0};

  // `number` is the request's name.
  void ask(DialogueRequest request, Time due, std::uint64_t number);
  void cancel(std::uint64_t number);
  void interrupt();
  std::vector<ContextEntry> context() const;
  // Answers everything with `status`, and ends the session.
  void close(const Status& status, CloseReason reason);

 private:
  struct Request {
    DialogueRequest asked;
    Time due;
    std::uint64_t number = 0;
    bool cancelled = false;  // while it waited
    std::shared_ptr<UniqueFunction<void(std::string_view)>> on_delta;
  };

  void next();
  void begin();
  Status open();
  void push_utterance(std::size_t from);
  void on_event(const AnyEvent& event);
  void delta(std::string_view text);
  void look_soon();
  void look();
  void give_up(Status status);
  void answer(Status status);
  Status outcome() const;
  void expect_silence();

  const std::string id_;
  const Principal owner_;
  const std::shared_ptr<Executor> executor_;
  const std::weak_ptr<DialogueKeeper> keeper_;
  const DialogueOptions options_;

  std::shared_ptr<Session> session_;
  Subscription subscription_;
  Ring<std::unique_ptr<Request>> waiting_;
  std::unique_ptr<Request> running_;  // null while the session is busy: it was given up
  bool busy_ = false;                 // the session has not come to rest yet
  bool feeding_ = false;              // the utterance is still being pushed
  bool looking_ = false;
  DialogueAnswer answer_;
  Status failure_;
  CloseReason ended_by_ = CloseReason::kHost;  // once the session has closed
  TimerId deadline_ = 0;
  TimerId expiry_ = 0;
};

}  // namespace voiceagent::transports
