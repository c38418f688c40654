#include <algorithm>

#include "core/turn/back_channel.h"
#include "core/turn/completeness.h"
#include "core/turn/strategies/strategies.h"

namespace voiceagent {
namespace {

using Verdict = InterruptionDecision::Verdict;

constexpr float kUnknownDb = -96.0F;
// So often a voice that does not stand out is looked at again: two frames.
constexpr Duration kLook{40'000'000};
// The agent is silent while a sound is judged, so there is time to be right. What a recogniser
// makes of a cough is nothing, or a word that nobody says alone: docs/design/endpointing.md.
constexpr float kWordOfSense = 0.16F;
// Of a short sound's words the recogniser must be so sure, unless they are those that stop people.
constexpr float kSure = 0.45F;
// A voice that silenced the agent only later in its course was below the echo of the agent until
// then, or is that echo: it must go on for so long in the silence.
constexpr Duration kGoesOn{300'000'000};
constexpr int kFewWords = 2;  // more are no cough, even if they break off

}  // namespace

DefaultInterruption::DefaultInterruption(const TurnOptions& options)
    : mode_(options.interruption),
      speech_(options.interruption_speech),
      words_(std::max(1, options.interruption_words)),
      patience_(options.false_interruption),
      echo_guard_(options.echo_guard),
      level_db_(options.interruption_level_db) {}

InterruptionDecision DefaultInterruption::decide(const TurnSnapshot& now) const {
  if (mode_ == InterruptionMode::kHost || mode_ == InterruptionMode::kNever) return {};
  // A reply that was waiting for the user to be understood goes on when it can't be interrupted
  // any more: nothing else would end its silence.
  if (now.uninterruptible) {
    return {now.held && !now.settled ? Verdict::kResume : Verdict::kWait, {}};
  }
  if (now.settled) {
    return {settled_as_nothing(now) ? Verdict::kResume : Verdict::kInterrupt, {}};
  }
  const Duration voice = now.speaking ? now.voice_until - now.speech_start : Duration(0);
  if (interrupts(now, voice)) return {Verdict::kInterrupt, {}};
  if (now.held && now.now >= now.held_since + patience_ && !waits_longer(now)) {
    return {Verdict::kResume, {}};
  }
  if (!holds(now)) return {Verdict::kWait, next_look(now)};
  TurnSnapshot held = now;
  held.held = true;
  held.held_since = now.now;
  return {Verdict::kHold, next_look(held)};
}

// What never stood out from noise and echo was not the user.
bool DefaultInterruption::settled_as_nothing(const TurnSnapshot& now) const {
  if (now.words == 0 || now.back_channel || !now.was_held) return true;
  if (mode_ == InterruptionMode::kWords && now.words < words_) return true;
  if (mode_ != InterruptionMode::kVoiceAndWords || now.voiced >= speech_) return false;
  if (now.completeness < kWordOfSense && now.words <= kFewWords) return true;
  return now.confidence < kSure && !asks_for_the_floor(now.transcript, now.language);
}

bool DefaultInterruption::interrupts(const TurnSnapshot& now, Duration voice) const {
  const bool said_something = now.words >= words_ && !now.back_channel;
  switch (mode_) {
    case InterruptionMode::kVoice: return cuts_off(now, voice);
    case InterruptionMode::kWords: return said_something;
    case InterruptionMode::kVoiceAndWords:
      if (!now.held && !stands_out(now)) return false;  // an echo has words too
      if (now.back_channel || !goes_on(now)) return false;
      // The first words of a short sound are seldom its last ones: they are waited for.
      return said_something ? now.voiced >= speech_ : cuts_off(now, voice);
    default: return false;
  }
}

// Whether a voice alone interrupts: where words would come while it lasts, it may be no more than a
// noise.
bool DefaultInterruption::voice_counts(const TurnSnapshot& now) const {
  return mode_ == InterruptionMode::kVoice ||
         (mode_ == InterruptionMode::kVoiceAndWords && !now.partial_words);
}

// A reply that nobody has heard yet need not be cut off to be silent: words decide about it.
bool DefaultInterruption::cuts_off(const TurnSnapshot& now, Duration voice) const {
  return voice_counts(now) && now.audible_since >= Duration(0) && voice >= speech_ &&
         stands_out(now) && goes_on(now);
}

// Whether the hold lasts longer than for a sound without words.
bool DefaultInterruption::waits_longer(const TurnSnapshot& now) const {
  return says_more(now) || waits_unheard(now);
}

bool DefaultInterruption::waits_unheard(const TurnSnapshot& now) const {
  if (!voice_counts(now) || now.audible_since >= Duration(0)) return false;
  return now.speaking || (!now.partial_words && now.now < words_due(now));
}

bool DefaultInterruption::goes_on(const TurnSnapshot& now) const {
  if (!now.held) return now.was_held || !now.audible;
  const bool from_the_start = now.held_since - now.utterance_start < kGoesOn;
  return from_the_start || now.voice_until - now.held_since >= kGoesOn;
}

// Somebody speaks in small pieces: their words will settle, or their voices add up; but not for
// ever, where only the host ends a turn.
bool DefaultInterruption::says_more(const TurnSnapshot& now) const {
  return mode_ == InterruptionMode::kVoiceAndWords && now.words >= kFewWords && !now.back_channel &&
         (now.speaking || now.now < words_due(now));
}

// By then the turn has ended and its words have settled, or only the host ends it.
Duration DefaultInterruption::words_due(const TurnSnapshot& now) const {
  return now.speech_end + 2 * patience_;
}

// Silence first, decide later: but not for the agent's own echo.
bool DefaultInterruption::holds(const TurnSnapshot& now) const {
  if (now.held) return false;
  if (!now.audible) return true;  // a reply that has not begun waits until the sound is understood
  if (!now.speaking || !stands_out(now)) return false;
  // An echo canceller that has not converged yet lets through what the agent itself says.
  return now.now - now.audible_since >= echo_guard_;
}

// Louder than the background, and than what the microphone hears of the agent.
bool DefaultInterruption::stands_out(const TurnSnapshot& now) const {
  const float other = std::max(now.noise_db, now.echo_db);
  return other <= kUnknownDb || now.level_db >= other + level_db_;
}

// Words are looked at when they come; a voice, when it has lasted or grown louder; a hold, when it
// has lasted.
Duration DefaultInterruption::next_look(const TurnSnapshot& now) const {
  if (now.speaking && !now.held) return now.now + kLook;
  if (!now.held) return Duration(0);
  const Duration hold_ends = now.held_since + patience_;
  const bool held_long = hold_ends <= now.now;
  if (!now.speaking || mode_ == InterruptionMode::kWords) {
    if (!held_long) return hold_ends;
    return waits_longer(now) ? words_due(now) : Duration(0);
  }
  const Duration voice = now.words > 0 ? now.voiced : now.voice_until - now.speech_start;
  const Duration lasted = now.now + std::max(kLook, speech_ - voice);
  return held_long ? lasted : std::min(hold_ends, lasted);
}

}  // namespace voiceagent
