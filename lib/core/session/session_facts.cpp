// What the parts report: each report becomes an event and, where it matters, a fact.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/session/session_impl.h"

namespace voiceagent {
namespace {

int count_words(std::string_view text) { return static_cast<int>(split_words(text).size()); }

}  // namespace

// Steps the turn manager. Facts that come up while its commands are carried out wait their turn.
void SessionImpl::fact(const TurnInput& input) {
  facts_.push_back(input);
  if (stepping_) return;
  const Scope scope(*this);
  stepping_ = true;
  while (!facts_.empty()) {
    TurnCommands commands;
    turns_.step(facts_.pop_front(), now(), commands);
    for (const TurnCommand& command : commands) carry_out(command);
  }
  stepping_ = false;
}

// When the sample was spoken.
Duration SessionImpl::microphone_time(std::int64_t sample) const {
  return std::max(Duration(0), now() - microphone_->age(sample));
}

void SessionImpl::microphone_frame(const FramePtr& frame) { recogniser_->frame(frame); }

void SessionImpl::microphone_speech_started(std::int64_t sample) {
  const Scope scope(*this);
  TurnInput input{TurnFact::kSpeechStarted};
  input.at = microphone_time(sample);
  fact(input);
}

void SessionImpl::microphone_speech_stopped(std::int64_t sample) {
  const Scope scope(*this);
  TurnInput input{TurnFact::kSpeechStopped};
  input.at = microphone_time(sample);
  const bool matters = turns_.state().user == UserPhase::kSpeaking;
  if (matters) publish(turns_.state().user_turn, event::SpeechStopped{input.at});
  fact(input);
}

void SessionImpl::recogniser_partial(std::string_view text) {
  const Scope scope(*this);
  publish(turns_.state().user_turn, event::TranscriptPartial{text});
  TurnInput input{TurnFact::kPartial};
  input.words = count_words(text);
  fact(input);
}

void SessionImpl::recogniser_final(std::string_view text, const Transcript& settled,
                                   bool complete) {
  const Scope scope(*this);
  publish(turns_.state().user_turn,
          event::TranscriptFinal{settled.text, settled.confidence, settled.words});
  TurnInput input{complete ? TurnFact::kFinal : TurnFact::kPartial};
  input.words = count_words(text);
  fact(input);
}

// Recognisers with end-of-turn detection of their own.
void SessionImpl::recogniser_signal(TurnSignal signal, float) {
  if (signal != TurnSignal::kEnd) return;
  const Scope scope(*this);
  fact(TurnInput{TurnFact::kRecogniserSaysEnd});
}

void SessionImpl::recogniser_failed(Status status) {
  const Scope scope(*this);
  publish_error(Stage::kStt, turns_.state().user_turn, status);
  fact({TurnFact::kRecogniserFailed});
}

void SessionImpl::recogniser_overflow(Duration) {
  const Scope scope(*this);
  publish(
      turns_.state().user_turn,
      event::Warning{Stage::kStt, "the recogniser lags 15 s behind: 20 ms of audio were dropped"});
}

void SessionImpl::responder_intent(const event::IntentRecognised& intent) {
  const Scope scope(*this);
  publish(reply_turn_, intent);
}

void SessionImpl::responder_delta(std::string_view text) {
  const Scope scope(*this);
  waterfall_.first_token(now());
  publish(reply_turn_, event::ReplyDelta{text});
  if (spoken_) return;
  if (waterfall_.response(now())) publish(reply_turn_, event::PlaybackStarted{});
  remember_heard(responder_.text().size());
}

void SessionImpl::responder_clause(std::string_view text, TextSpan span) {
  if (!spoken_) return;
  const Scope scope(*this);
  waterfall_.first_clause(now());
  publish(reply_turn_, event::SpeechSegment{text, span});
  speaker_.say(text, span);
}

void SessionImpl::responder_done(const Usage& usage, FinishReason reason) {
  const Scope scope(*this);
  publish(reply_turn_,
          event::ReplyDone{responder_.text(), reason, usage.input_tokens, usage.output_tokens});
  end_of_reply_text();
}

// What has been said stands; the reply ends after it.
void SessionImpl::responder_failed(Status status) {
  const Scope scope(*this);
  publish_error(Stage::kLlm, reply_turn_, status);
  end_of_reply_text();
}

void SessionImpl::speaker_frame(AudioView audio, std::int64_t position, TextSpan span) {
  const Scope scope(*this);
  if (waterfall_.response(now())) publish(reply_turn_, event::PlaybackStarted{});
  publish(reply_turn_, event::AudioOut{audio, position, span});
}

void SessionImpl::speaker_flushed(std::int64_t position) {
  const Scope scope(*this);
  publish(reply_turn_, event::OutputFlushed{position});
}

void SessionImpl::speaker_first_audio() { waterfall_.first_audio(now()); }

void SessionImpl::speaker_heard(std::size_t text_end) {
  if (!spoken_) return;  // the present reply is text: it is about one before
  const Scope scope(*this);
  remember_heard(text_end);
  if (!replying_) return;  // a late report about a reply that has ended
  publish(reply_turn_, event::PlaybackProgress{heard_text()});
}

void SessionImpl::speaker_finished() {
  const Scope scope(*this);
  responder_.cancel();  // it may still be writing when its voice has failed
  finish_reply(speaker_.failed() ? heard_end_ : responder_.text().size());
}

void SessionImpl::speaker_failed(Status status) {
  const Scope scope(*this);
  publish_error(Stage::kTts, reply_turn_, status);
}

void SessionImpl::publish_error(Stage stage, TurnId turn, const Status& status) {
  const AgentOptions& agent = *parts_.agent;
  std::string_view provider;
  if (stage == Stage::kStt) provider = agent.stt.name;
  if (stage == Stage::kLlm) provider = agent.llm.name;
  if (stage == Stage::kTts) provider = agent.tts.name;
  if (stage == Stage::kVad) provider = agent.vad.name;
  parts_.logger->write(LogLevel::kError, "session", status.message());
  publish(turn, event::Error{stage, status.code(), provider, status.message(),
                             is_retryable(status.code())});
}

}  // namespace voiceagent
