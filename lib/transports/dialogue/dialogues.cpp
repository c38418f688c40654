#include "transports/dialogue/dialogues.h"

#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "transports/dialogue/dialogue_session.h"
#include "transports/session_directory.h"

namespace voiceagent::transports {
namespace {

// All sessions; those that are busy keep it only weakly.
class Keeper final : public DialogueKeeper, public std::enable_shared_from_this<Keeper> {
 public:
  Keeper(TransportHost& host, std::shared_ptr<Agent> agent, DialogueOptions options)
      : host_(host), agent_(std::move(agent)), options_(options) {}

  const DialogueOptions& options() const { return options_; }
  Agent& agent() const { return *agent_; }

  Result<AskedDialogue> ask(DialogueRequest request) {
    if (request.session_id.empty()) request.session_id = random_id();
    std::shared_ptr<DialogueSession> session;
    std::shared_ptr<DialogueSession> evicted;
    std::uint64_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return unavailable("the server is shutting down");
      Result<std::shared_ptr<DialogueSession>> place = place_for(request, evicted);
      if (!place.ok()) return place.status();
      session = std::move(*place);
      if (session->taken >= options_.max_queued) {
        return resource_exhausted("so many requests of the session " + session->id() +
                                  " wait already: " + std::to_string(options_.max_queued));
      }
      ++session->taken;
      touch(session->id());
      number = uses_;
    }
    if (evicted != nullptr)
      end(evicted, unavailable("the session made room for others"), CloseReason::kIdle);
    Executor& executor = *session->executor();
    const Time due = executor.now() + options_.deadline;
    executor.post(
        [session, due, number, request = std::make_unique<DialogueRequest>(std::move(request))] {
          session->ask(std::move(*request), due, number);
        });
    return AskedDialogue(session, number);
  }

  // The session of that id.
  Result<std::shared_ptr<DialogueSession>> find(const Principal& who, std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(std::string(id));
    if (found == entries_.end()) {
      if (Status status = check_no_stream(who, id); !status.ok()) return status;
      return no_session(id);
    }
    if (found->second.session->owner().id != who.id) return no_session(id);
    return found->second.session;
  }

  Result<std::shared_ptr<Session>> open_session(
      const std::string& id, const Principal& owner,
      const std::shared_ptr<Executor>& executor) override {
    SessionOptions session_options;
    session_options.id = id;
    session_options.request = owner.request;
    auto session = agent_->open_session(std::move(session_options), executor);
    if (session.ok()) host_.session_opening(**session, "dialogue", owner);
    return session;
  }

  bool expire(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.session->taken > 0) return false;
    entries_.erase(found);
    return true;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

  void close() {
    std::unordered_map<std::string, Entry> entries;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      entries.swap(entries_);
    }
    for (auto& [id, entry] : entries) {
      end(entry.session, unavailable("the server is shutting down"), CloseReason::kHost);
    }
  }

 private:
  struct Entry {
    std::shared_ptr<DialogueSession> session;
    std::uint64_t used = 0;  // the greater, the later
  };

  static Status no_session(std::string_view id) {
    return not_found("there is no session " + std::string(id));
  }

  // A stream's session goes on where it is; another one of its id would know nothing of it.
  Status check_no_stream(const Principal& who, std::string_view id) const {
    const SessionDirectory& streams = host_.sessions();
    if (!streams.contains(id)) return Status::success();
    if (!streams.find(id, who)) return no_session(id);
    return failed_precondition("the session " + std::string(id) +
                               " is being streamed: send it `text` over WS /ws/stream");
  }

  static void end(const std::shared_ptr<DialogueSession>& session, Status status,
                  CloseReason reason) {
    session->executor()->post(
        [session, status = std::move(status), reason] { session->close(status, reason); });
  }

  void touch(const std::string& id) { entries_[id].used = ++uses_; }

  // The session that the request is for, or a new one. Under the lock.
  Result<std::shared_ptr<DialogueSession>> place_for(const DialogueRequest& request,
                                                     std::shared_ptr<DialogueSession>& evicted) {
    const auto found = entries_.find(request.session_id);
    if (found != entries_.end()) {
      if (found->second.session->owner().id == request.principal.id) return found->second.session;
      return no_session(request.session_id);
    }
    Status status = check_no_stream(request.principal, request.session_id);
    if (!status.ok()) return status;
    if (entries_.size() >= options_.max_sessions) {
      evicted = take_longest_idle();
      if (evicted == nullptr) {
        return resource_exhausted("no more than " + std::to_string(options_.max_sessions) +
                                  " dialogues at once");
      }
    }
    auto session = std::make_shared<DialogueSession>(request.session_id, request.principal,
                                                     request.executor, weak_from_this(), options_);
    entries_[request.session_id].session = session;
    return session;
  }

  std::shared_ptr<DialogueSession> take_longest_idle() {
    auto oldest = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->second.session->taken > 0) continue;
      if (oldest == entries_.end() || entry->second.used < oldest->second.used) oldest = entry;
    }
    if (oldest == entries_.end()) return nullptr;
    auto session = std::move(oldest->second.session);
    entries_.erase(oldest);
    return session;
  }

  TransportHost& host_;
  const std::shared_ptr<Agent> agent_;
  const DialogueOptions options_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::uint64_t uses_ = 0;
  bool closed_ = false;
};

class DialoguesImpl final : public Dialogues {
 public:
  DialoguesImpl(TransportHost& host, std::shared_ptr<Agent> agent, DialogueOptions options)
      : keeper_(std::make_shared<Keeper>(host, std::move(agent), options)) {}
  ~DialoguesImpl() override { keeper_->close(); }

  Result<AskedDialogue> ask(DialogueRequest request) override {
    if (Status status = check(request); !status.ok()) return status;
    return keeper_->ask(std::move(request));
  }

  Status context(const Principal& principal, std::string_view session_id,
                 std::shared_ptr<Executor> executor,
                 UniqueFunction<void(std::vector<ContextEntry>)> then) override {
    auto session = keeper_->find(principal, session_id);
    if (!session.ok()) return session.status();
    auto tell = std::make_unique<UniqueFunction<void(std::vector<ContextEntry>)>>(std::move(then));
    (*session)->executor()->post([session = *session, executor, tell = std::move(tell)]() mutable {
      executor->post([tell = std::move(tell), entries = session->context()]() mutable {
        (*tell)(std::move(entries));
      });
    });
    return Status::success();
  }

  Status interrupt(const Principal& principal, std::string_view session_id) override {
    auto session = keeper_->find(principal, session_id);
    if (!session.ok()) return session.status();
    (*session)->executor()->post([session = *session] { session->interrupt(); });
    return Status::success();
  }

  std::size_t size() const override { return keeper_->size(); }
  const DialogueOptions& options() const override { return keeper_->options(); }
  void close() override { keeper_->close(); }

 private:
  Status check(const DialogueRequest& request) const {
    if (request.utterance == nullptr) return keeper_->agent().check_text(request.text);
    const Pcm& audio = *request.utterance;
    if (audio.sample_rate < kMinSampleRate || audio.sample_rate > kMaxSampleRate) {
      return invalid_argument("audio of " + std::to_string(audio.sample_rate) +
                              " samples a second: the rate must be from 4000 to 192000");
    }
    if (audio.samples.empty()) return invalid_argument("the audio is empty");
    const Duration most = keeper_->options().max_utterance;
    if (audio.view().duration() <= most) return Status::success();
    return invalid_argument(
        "the audio is longer than " +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(most).count()) + " s");
  }

  const std::shared_ptr<Keeper> keeper_;
};

}  // namespace

void AskedDialogue::cancel() const {
  const auto session = session_.lock();
  if (session == nullptr) return;
  session->executor()->post([session, number = number_] { session->cancel(number); });
}

std::unique_ptr<Dialogues> Dialogues::create(TransportHost& host, std::shared_ptr<Agent> agent,
                                             DialogueOptions options) {
  return std::make_unique<DialoguesImpl>(host, std::move(agent), options);
}

}  // namespace voiceagent::transports
