#include "transports/dialogue/dialogue_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace voiceagent::transports {
namespace {

// So much of an utterance is pushed in one task: others live on the same loop.
constexpr Duration kPiece = std::chrono::milliseconds(500);

Status given_up() { return {ErrorCode::kCancelled, "the request was given up"}; }

}  // namespace

void DialogueSession::ask(DialogueRequest request, Time due, std::uint64_t number) {
  auto taken_in =
      std::make_unique<Request>(Request{std::move(request), due, number, false, nullptr});
  if (taken_in->asked.on_delta) {
    taken_in->on_delta = std::make_shared<UniqueFunction<void(std::string_view)>>(
        std::move(taken_in->asked.on_delta));
  }
  waiting_.push_back(std::move(taken_in));
  next();
}

// Begins with the oldest request that waits, if nothing else goes on.
void DialogueSession::next() {
  while (running_ == nullptr && !busy_ && !waiting_.empty()) {
    executor_->cancel(std::exchange(expiry_, 0));
    running_ = waiting_.pop_front();
    answer_ = {};
    failure_ = {};
    begin();
  }
  if (running_ == nullptr && !busy_ && expiry_ == 0) expect_silence();
}

void DialogueSession::begin() {
  if (running_->cancelled) return answer(given_up());
  const Duration left = running_->due - executor_->now();
  if (left <= Duration(0)) {
    return answer({ErrorCode::kTimeout, "the request waited too long for those before it"});
  }
  if (Status status = open(); !status.ok()) return answer(std::move(status));
  deadline_ = executor_->post_after(left, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->give_up({ErrorCode::kTimeout, "there was no answer in time"});
    }
  });
  busy_ = true;
  Status status;
  if (running_->asked.utterance == nullptr) {
    answer_.transcript = running_->asked.text;
    status = session_->push_text(running_->asked.text);
  } else {
    status = session_->set_mode(Mode::kVoiceToText);
    if (status.ok()) push_utterance(0);
  }
  if (status.ok()) return;
  busy_ = false;
  answer(std::move(status));
}

Status DialogueSession::open() {
  if (session_ != nullptr && !session_->closed()) return Status::success();
  const auto keeper = keeper_.lock();
  if (keeper == nullptr) return unavailable("the server is shutting down");
  Result<std::shared_ptr<Session>> session = keeper->open_session(id_, owner_, executor_);
  if (!session.ok()) return session.status();
  session_ = std::move(*session);
  subscription_ =
      session_->events().subscribe_all([this](const AnyEvent& event) { on_event(event); },
                                       EventSet::all().without(EventKind::kAudioIn));
  return Status::success();
}

// Piece by piece; then the turn is over, and the microphone forgets what it has heard.
void DialogueSession::push_utterance(std::size_t from) {
  if (running_ != nullptr && !session_->closed()) {
    const Pcm& all = *running_->asked.utterance;
    const auto piece = static_cast<std::size_t>(duration_to_samples(kPiece, all.sample_rate));
    const auto rest = std::span(all.samples).subspan(from);
    const auto now = rest.first(std::min(piece, rest.size()));
    const Status status = session_->push_audio({now, all.sample_rate});
    if (!status.ok() && failure_.ok()) failure_ = status;
    if (status.ok() && now.size() < rest.size()) {
      feeding_ = true;
      return executor_->post([weak = weak_from_this(), from = from + now.size()] {
        if (const auto self = weak.lock()) self->push_utterance(from);
      });
    }
  }
  feeding_ = false;
  session_->commit_turn();
  (void)session_->set_mode(Mode::kTextToText);  // fails when it has closed
  look_soon();
}

void DialogueSession::on_event(const AnyEvent& event) {
  // Of a request that was given up, nobody wants the reply.
  if (running_ == nullptr && event.kind() == EventKind::kReplyStarted) session_->interrupt();
  if (const auto* turn = event.as<event::TurnEnded>()) answer_.transcript = turn->text;
  if (const auto* dropped = event.as<event::TurnDropped>()) answer_.transcript = dropped->text;
  if (const auto* intent = event.as<event::IntentRecognised>()) {
    answer_.intent = {std::string(intent->name), static_cast<double>(intent->confidence), {}};
    for (const Slot& slot : intent->slots) answer_.intent.slots.emplace_back(slot.name, slot.value);
  }
  if (const auto* piece = event.as<event::ReplyDelta>()) delta(piece->text);
  if (const auto* end = event.as<event::SessionClosed>()) ended_by_ = end->reason;
  if (const auto* error = event.as<event::Error>(); error != nullptr && failure_.ok()) {
    failure_ = Status(error->code, std::string(error->message));
    answer_.provider_failed = true;
  }
  look_soon();
}

void DialogueSession::delta(std::string_view text) {
  answer_.reply += text;
  if (running_ == nullptr || running_->on_delta == nullptr) return;
  running_->asked.executor->post(
      [to = running_->on_delta, text = std::string(text)] { (*to)(text); });
}

// Looks at the session once it has dealt with what it is dealing with.
void DialogueSession::look_soon() {
  if (!busy_ || feeding_ || std::exchange(looking_, true)) return;
  executor_->post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->look();
  });
}

void DialogueSession::look() {
  looking_ = false;
  if (!busy_ || feeding_ || !(session_->idle() || session_->closed())) return;
  busy_ = false;
  if (running_ != nullptr) answer(outcome());
  next();
}

Status DialogueSession::outcome() const {
  if (!failure_.ok()) return failure_;
  // The agent ends a session when it has said what there was to say.
  const bool cut_off = session_->closed() && ended_by_ != CloseReason::kAgent;
  if (cut_off) return unavailable("the session ended before its answer");
  if (!answer_.reply.empty() || running_->asked.utterance == nullptr) return Status::success();
  if (!answer_.transcript.empty()) return Status::success();
  return invalid_argument("no words were understood in the audio");
}

// The session may need a moment to come to rest; the next request waits for it.
void DialogueSession::give_up(Status status) {
  if (running_ == nullptr) return;
  answer(std::move(status));
  session_->interrupt();
  look_soon();
}

void DialogueSession::cancel(std::uint64_t number) {
  if (running_ != nullptr && running_->number == number) return give_up(given_up());
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i]->number != number) continue;
    waiting_[i]->cancelled = true;
    waiting_[i]->asked.utterance.reset();
  }
}

void DialogueSession::interrupt() {
  give_up({ErrorCode::kCancelled, "the request was interrupted"});
}

void DialogueSession::answer(Status status) {
  executor_->cancel(std::exchange(deadline_, 0));
  const std::unique_ptr<Request> request = std::exchange(running_, nullptr);
  DialogueAnswer answer = std::exchange(answer_, {});
  answer.status = std::move(status);
  answer.session_id = id_;
  --taken;
  request->asked.executor->post([to = std::move(request->asked.on_answer),
                                 answer = std::move(answer)]() mutable { to(std::move(answer)); });
}

std::vector<ContextEntry> DialogueSession::context() const {
  return session_ != nullptr ? session_->context() : std::vector<ContextEntry>();
}

void DialogueSession::close(const Status& status, CloseReason reason) {
  if (running_ != nullptr) answer(status);
  while (!waiting_.empty()) {
    running_ = waiting_.pop_front();
    answer(status);
  }
  executor_->cancel(std::exchange(expiry_, 0));
  subscription_.reset();
  if (session_ != nullptr) session_->close(reason);
}

void DialogueSession::expect_silence() {
  expiry_ = executor_->post_after(options_.idle_expiry, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->expiry_ = 0;
    const auto keeper = self->keeper_.lock();
    if (keeper == nullptr || !keeper->expire(self->id_)) return;
    self->close(unavailable("the session has expired"), CloseReason::kIdle);
  });
}

}  // namespace voiceagent::transports
