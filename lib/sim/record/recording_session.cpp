#include "sim/record/recording_session.h"

#include <utility>

#include "sim/record/sink_code.h"

namespace voiceagent {

RecordingSession::RecordingSession(std::shared_ptr<Session> real,
                                   std::shared_ptr<RecordingExecutor> executor)
    : executor_(std::move(executor)), real_(std::move(real)) {
  // Before any other handler, so that each event is noted before what a handler calls.
  for_each_event_type([this]<class E>(E*) {
    real_->events()
        .subscribe<E>(
            [log = executor_->shared_log()](const E& event, const EventEnvelope& envelope) {
              log->event(AnyEvent(event, envelope));
            })
        .release();
  });
}

// Letting go is a call as well; and notes are made on the executor.
RecordingSession::~RecordingSession() {
  executor_->real()->post([executor = executor_, real = std::move(real_)]() mutable {
    const RecordingScope scope(executor->log(), executor->real()->now());
    executor->log().call(scope.now(), false, SessionCall::kDrop, {});
    real.reset();
  });
}

Status RecordingSession::push_audio(AudioView audio) {
  return note(
      SessionCall::kAudio, [&](ByteWriter& out) { write_audio(out, audio); },
      [&] { return real_->push_audio(audio); });
}

Status RecordingSession::push_text(std::string_view text) {
  return note(
      SessionCall::kText, [&](ByteWriter& out) { out.text(text); },
      [&] { return real_->push_text(text); });
}

Status RecordingSession::push_dtmf(std::string_view digits) {
  return note(
      SessionCall::kDtmf, [&](ByteWriter& out) { out.text(digits); },
      [&] { return real_->push_dtmf(digits); });
}

void RecordingSession::report_playback(std::int64_t position) {
  note(
      SessionCall::kPlayback, [&](ByteWriter& out) { out.signed_number(position); },
      [&] { real_->report_playback(position); });
}

Status RecordingSession::say(std::string_view text, SayOptions options) {
  const auto args = [&](ByteWriter& out) {
    out.text(text);
    out.byte(options.interruptible ? 1 : 0);
  };
  return note(SessionCall::kSay, args, [&] { return real_->say(text, options); });
}

void RecordingSession::interrupt() {
  note(
      SessionCall::kInterrupt, [](ByteWriter&) {}, [&] { real_->interrupt(); });
}

void RecordingSession::commit_turn() {
  note(
      SessionCall::kCommit, [](ByteWriter&) {}, [&] { real_->commit_turn(); });
}

Status RecordingSession::set_mode(Mode mode) {
  return note(
      SessionCall::kMode, [&](ByteWriter& out) { out.choice(mode); },
      [&] { return real_->set_mode(mode); });
}

void RecordingSession::close(CloseReason reason) {
  note(
      SessionCall::kClose, [&](ByteWriter& out) { out.choice(reason); },
      [&] { real_->close(reason); });
}

}  // namespace voiceagent
