// What the parts report: each report becomes an event and, where it matters, a fact.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "core/session/session_impl.h"

namespace voiceagent {
namespace {

constexpr Duration kBetweenWarnings = std::chrono::seconds(5);

}  // namespace

// Steps the turn manager. Facts that come up while its commands are carried out wait their turn.
void SessionImpl::fact(const TurnInput& input) {
  facts_.push_back(input);
  if (stepping_) return;
  const Scope scope(*this);
  stepping_ = true;
  while (!facts_.empty()) {
    TurnCommands commands;
    const TurnInput next = facts_.pop_front();
    const Perceived perceived = perceive();
    {
      const Call call(parts_.board.get(), {0, CallWhat::kStrategy});
      turns_.step(next, perceived, now(), commands);
    }
    for (const TurnCommand& command : commands) carry_out(command);
  }
  stepping_ = false;
}

// What the parts know at this moment.
Perceived SessionImpl::perceive() const {
  Perceived p;
  p.language = reading_.language();
  p.partial_words = recogniser_ == nullptr || parts_.stt->capabilities().partials;
  if (turns_.state().user != UserPhase::kSilent) {
    p.transcript = reading_.text();
    p.words = reading_.words();
    p.back_channel = reading_.back_channel();
    if (p.words > 0) p.completeness = reading_.completeness();
    p.confidence = reading_.confidence();
    p.transcript_changed = reading_.changed();
    p.draft_stale = !draft_.active || draft_.words != normalise_words(reading_.text());
  }
  if (microphone_ != nullptr) {
    p.stirring = microphone_->stirring();
    p.voice_until = microphone_time(microphone_->speech_end());
  }
  p.level_db = loudness_.level();
  p.noise_db = loudness_.noise();
  p.echo_db = loudness_.echo();
  p.fell_silent = loudness_.voice_fell_silent();
  p.audible = audible_ && !speaker_.waits_for_text();  // tools may leave it silent
  p.audible_since = audible_since_;
  p.uninterruptible = uninterruptible_ || tools_.uninterruptible();
  p.to_say = !says_.empty();
  p.says_uninterruptible = p.to_say && !says_.front().options.interruptible;
  return p;
}

// When the sample was spoken.
Duration SessionImpl::microphone_time(std::int64_t sample) const {
  return std::max(Duration(0), now() - microphone_->age(sample));
}

void SessionImpl::microphone_clean(std::span<std::int16_t> samples) {
  const bool cancelled = echo_->cancels();
  echo_->clean(samples, loudness_.hears_echo());
  if (!cancelled && echo_->cancels()) loudness_.echo_is_cancelled(echo_->coupling());
  loudness_.plays(echo_->heard_of());
  loudness_.heard(samples, turns_.state().voice);
  const float gain = loudness_.gain();
  if (gain == 1) return;
  for (std::int16_t& sample : samples) sample = static_cast<std::int16_t>(sample * gain);
}

void SessionImpl::microphone_frame(const FramePtr& frame) {
  recogniser_->frame(frame);
  if (detection_ != nullptr && turns_.state().user != UserPhase::kSilent) {
    detection_->frame({std::as_const(*frame).samples(), microphone_->sample_rate()});
  }
}

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
  loudness_.voice_ends();
  fact(input);
}

// How likely the turn is over, now that the user is silent.
void SessionImpl::ask_turn_detector() {
  if (detection_ == nullptr || turns_.state().user != UserPhase::kTrailing) return;
  detection_->ask(reading_.text(), reply_.text);
}

void SessionImpl::turn_estimate(float probability) {
  const Scope scope(*this);
  if (turns_.state().user != UserPhase::kTrailing) return;
  publish(turns_.state().user_turn, event::TurnEstimate{probability});
  TurnInput input{TurnFact::kEstimate};
  input.probability = probability;
  fact(input);
}

void SessionImpl::turn_detector_failed(Status status) {
  const Scope scope(*this);
  publish_error(Stage::kTurn, turns_.state().user_turn, status);
}

void SessionImpl::recogniser_partial(std::string_view text) {
  const Scope scope(*this);
  if (!sheds(Shedding::kPartials)) {
    publish(turns_.state().user_turn, event::TranscriptPartial{text});
  }
  const bool changed = reading_.text() != text;
  reading_.read(text, false, now());
  fact({TurnFact::kPartial});
  if (changed) ask_turn_detector();
}

void SessionImpl::recogniser_final(std::string_view text, const Transcript& settled,
                                   bool complete) {
  const Scope scope(*this);
  publish(turns_.state().user_turn,
          event::TranscriptFinal{settled.text, settled.confidence, settled.words});
  reading_.read(text, true, now());
  reading_.trust(settled.confidence);
  fact({complete ? TurnFact::kFinal : TurnFact::kPartial});
}

// Recognisers with end-of-turn detection of their own.
void SessionImpl::recogniser_signal(TurnSignal signal, float probability) {
  const Scope scope(*this);
  TurnInput input{TurnFact::kEstimate};
  if (signal == TurnSignal::kEnd) input.fact = TurnFact::kRecogniserSaysEnd;
  if (signal == TurnSignal::kResumed) input.fact = TurnFact::kRecogniserTakesBack;
  const bool sane = probability > 0.0F && signal != TurnSignal::kResumed;  // a NaN isn't
  input.probability = sane ? std::min(probability, 1.0F) : 0.0F;
  publish(turns_.state().user_turn, event::TurnEstimate{input.probability});
  fact(input);
}

void SessionImpl::recogniser_failed(Status status) {
  const Scope scope(*this);
  const TurnId turn = turns_.state().user_turn;
  publish_error(Stage::kStt, turn, status);
  const bool lost = turns_.state().user != UserPhase::kSilent && reading_.words() == 0;
  fact({TurnFact::kRecogniserFailed});
  if (lost) nothing_helped(Stage::kStt, turn);
}

void SessionImpl::recogniser_overflow(Duration lost) {
  if (lost_audio_ == nullptr) {
    lost_audio_ =
        std::make_unique<ThrottledSum>(parts_.executor, kBetweenWarnings, [this](std::uint64_t ms) {
          const Scope scope(*this);
          const std::string text =
              "the recogniser lagged more than 15 s behind: " + std::to_string(ms) +
              " ms of audio were dropped";
          publish(turns_.state().user_turn, event::Warning{Stage::kStt, text});
        });
  }
  lost_audio_->add(static_cast<std::uint64_t>(lost / std::chrono::milliseconds(1)));
}

void SessionImpl::recogniser_replaced(Duration waited) {
  const Scope scope(*this);
  const std::string text = "the recogniser settled no words for " +
                           std::to_string(waited / std::chrono::milliseconds(1)) +
                           " ms while the user went on: another stream hears the rest";
  publish(turns_.state().user_turn, event::Warning{Stage::kStt, text});
}

// Tells about a provider's stream in the turn that it works for.
template <class E>
void SessionImpl::publish_about(Stage stage, const E& event) {
  if (phase_ != Phase::kOpen) return;
  const Scope scope(*this);
  const bool replying = replying_ && stage != Stage::kStt;
  publish(replying ? reply_.turn : turns_.state().user_turn, event);
}

void SessionImpl::failed_over(const event::ProviderFailover& failover) {
  log(LogLevel::kWarning, std::string(failover.from) + " failed, now " + std::string(failover.to) +
                              ": " + std::string(failover.message));
  publish_about(failover.stage, failover);
}

void SessionImpl::breaker_changed(const event::BreakerChanged& change) {
  publish_about(change.stage, change);
}

void SessionImpl::delayed(const event::StageDelayed& delay) {
  if (!sheds(Shedding::kMetrics)) publish_about(delay.stage, delay);
}

void SessionImpl::hedged(const event::ReplyHedged& hedge) { publish_about(Stage::kLlm, hedge); }

std::string_view SessionImpl::provider_of(Stage stage) const {
  const AgentOptions& agent = *parts_.agent;
  if (stage == Stage::kStt) return agent.stt.name;
  if (stage == Stage::kLlm) return agent.llm.name;
  if (stage == Stage::kTts) return agent.tts.name;
  if (stage == Stage::kVad) return agent.vad.name;
  return {};
}

CallOwner SessionImpl::owner_of(Stage stage) const {
  const std::string_view kind = stage == Stage::kTurn ? "turn detector" : to_string(stage);
  return parts_.board->owner(kind, provider_of(stage));
}

void SessionImpl::log(LogLevel level, std::string_view message) {
  const Call call(parts_.board.get(), {0, CallWhat::kLogger});
  parts_.logger->write(level, "session", message);
}

void SessionImpl::publish_error(Stage stage, TurnId turn, const Status& status) {
  log(LogLevel::kError, status.message());
  publish(turn, event::Error{stage, status.code(), provider_of(stage), status.message(),
                             is_retryable(status.code())});
}

}  // namespace voiceagent
