// Which sounds during a reply interrupt it.
#include "core/turn/strategies/strategies.h"
#include "support/catch.h"

namespace voiceagent {
namespace {

using std::chrono::milliseconds;
using Verdict = InterruptionDecision::Verdict;

// A reply is held, and the voice has lasted for `voice`.
TurnSnapshot during_reply(Duration voice) {
  TurnSnapshot now;
  now.now = milliseconds(9000);
  now.speech_start = now.now - voice;
  now.voice_until = now.now;
  now.speaking = now.utterance = true;
  now.voiced = voice;
  now.replying = true;
  now.audible_since = milliseconds(1000);
  now.held = now.was_held = true;
  now.held_since = now.speech_start + milliseconds(70);
  now.level_db = -20;
  now.noise_db = -60;
  return now;
}

// The same sound, over, and all its words are known.
TurnSnapshot settled(Duration voice, float completeness) {
  TurnSnapshot now = during_reply(voice);
  now.speaking = false;
  now.settled = true;
  now.words = 1;
  now.completeness = completeness;
  return now;
}

Verdict verdict(const TurnSnapshot& now) {
  return DefaultInterruption(TurnOptions()).decide(now).verdict;
}

TEST_CASE("a sound without words holds the reply up, and no longer than a false interruption") {
  TurnSnapshot now = during_reply(milliseconds(900));
  CHECK(verdict(now) == Verdict::kWait);
  now.held_since = now.now - milliseconds(1600);
  CHECK(verdict(now) == Verdict::kResume);
}

TEST_CASE("where no words come while a voice lasts, it interrupts when it outlasts a cough") {
  TurnSnapshot now = during_reply(milliseconds(550));
  now.partial_words = false;
  CHECK(verdict(now) == Verdict::kWait);
  now = during_reply(milliseconds(900));
  now.partial_words = false;
  CHECK(verdict(now) == Verdict::kInterrupt);
}

TEST_CASE("where a voice alone interrupts, it must stand out and outlast a cough as well") {
  TurnOptions options;
  options.interruption = InterruptionMode::kVoice;
  const DefaultInterruption strategy(options);
  TurnSnapshot now = during_reply(milliseconds(900));
  CHECK(strategy.decide(now).verdict == Verdict::kInterrupt);
  now.held = now.was_held = false;
  now.audible = true;
  now.echo_db = -22;  // the agent's own voice, or hardly louder
  CHECK(strategy.decide(now).verdict == Verdict::kWait);
  now = during_reply(milliseconds(700));
  CHECK(strategy.decide(now).verdict == Verdict::kWait);
}

TEST_CASE("an echo guard keeps a voice alone from interrupting while it lasts") {
  TurnOptions options;
  options.interruption = InterruptionMode::kVoice;
  options.echo_guard = milliseconds(2000);
  const DefaultInterruption strategy(options);
  TurnSnapshot now = during_reply(milliseconds(900));
  now.held = now.was_held = false;
  now.audible = true;
  now.audible_since = now.now - milliseconds(1500);
  CHECK(strategy.decide(now).verdict == Verdict::kWait);
  now.audible_since = now.now - milliseconds(2000);
  CHECK(strategy.decide(now).verdict == Verdict::kHold);
}

TEST_CASE("a reply that nobody has heard waits for what a voice turns out to be") {
  for (const bool partial_words : {false, true}) {
    TurnOptions options;
    options.interruption = InterruptionMode::kVoice;
    const DefaultInterruption strategy(options);
    TurnSnapshot now = during_reply(milliseconds(2500));
    now.audible_since = Duration(-1);
    now.partial_words = partial_words;
    CHECK(strategy.decide(now).verdict == Verdict::kWait);  // however long it lasts
    now.speaking = false;
    now.settled = true;
    CHECK(strategy.decide(now).verdict == Verdict::kResume);  // it was no word
    now.words = 1;
    CHECK(strategy.decide(now).verdict == Verdict::kInterrupt);
  }
}

TEST_CASE(
    "the words of a short sound are waited for until they settle, in a longer one they interrupt") {
  TurnSnapshot now = during_reply(milliseconds(450));
  now.words = 1;
  now.completeness = 0.9F;
  CHECK(verdict(now) == Verdict::kWait);
  now.voiced = milliseconds(850);  // with a pause inside
  CHECK(verdict(now) == Verdict::kInterrupt);
  CHECK(verdict(settled(milliseconds(450), 0.9F)) == Verdict::kInterrupt);
}

TEST_CASE("a reply that was held goes on when it can't be interrupted any more") {
  TurnSnapshot now = during_reply(milliseconds(300));
  now.uninterruptible = true;
  CHECK(verdict(now) == Verdict::kResume);
  now.held = false;
  CHECK(verdict(now) == Verdict::kWait);
  TurnSnapshot over = settled(milliseconds(450), 0.9F);  // its words wait for the reply's end
  over.uninterruptible = true;
  CHECK(verdict(over) == Verdict::kWait);
}

TEST_CASE("who speaks in small pieces is not talked over when the hold has lasted") {
  TurnSnapshot now = during_reply(milliseconds(300));
  now.held_since = now.now - milliseconds(1600);
  now.voiced = milliseconds(600);
  CHECK(verdict(now) == Verdict::kResume);
  now.words = 2;
  const InterruptionDecision decision = DefaultInterruption(TurnOptions()).decide(now);
  CHECK(decision.verdict == Verdict::kWait);
  CHECK(decision.look_again == now.now + milliseconds(200));  // when the pieces add up
  now.speaking = false;
  now.speech_end = now.now;
  CHECK(verdict(now) == Verdict::kWait);
  now.now += milliseconds(3000);  // only the host ends this turn
  CHECK(verdict(now) == Verdict::kResume);
  now.now = now.speech_end;
  now.back_channel = true;
  CHECK(verdict(now) == Verdict::kResume);
}

TEST_CASE(
    "a short sound whose words the recogniser doubts was nothing, unless they ask for the floor") {
  TurnSnapshot now = settled(milliseconds(400), 0.9F);
  now.transcript = "woof woof";
  now.words = 2;
  now.confidence = 0.3F;
  CHECK(verdict(now) == Verdict::kResume);
  now.transcript = "what";
  CHECK(verdict(now) == Verdict::kInterrupt);
  now.transcript = "woof woof";
  now.confidence = 0.7F;
  CHECK(verdict(now) == Verdict::kInterrupt);
  now.confidence = 0.3F;
  now.voiced = milliseconds(1200);
  CHECK(verdict(now) == Verdict::kInterrupt);
}

TEST_CASE("a phrase that breaks off is no cough") {
  TurnSnapshot now = settled(milliseconds(700), 0.05F);
  now.words = 3;
  CHECK(verdict(now) == Verdict::kInterrupt);
}

TEST_CASE("a voice that stood out of an echo only later must go on in the silence") {
  TurnSnapshot now = during_reply(milliseconds(2000));
  now.words = 4;
  now.completeness = 0.9F;
  now.held_since = now.now - milliseconds(200);
  CHECK(verdict(now) == Verdict::kWait);
  now.held_since = now.now - milliseconds(320);
  CHECK(verdict(now) == Verdict::kInterrupt);
  now.held = now.was_held = false;
  now.audible = true;
  CHECK(verdict(now) == Verdict::kHold);  // first the silence
}

TEST_CASE("a short sound that was heard as a word nobody says alone was nothing") {
  CHECK(verdict(settled(milliseconds(400), 0.05F)) == Verdict::kResume);
  CHECK(verdict(settled(milliseconds(400), 0.9F)) == Verdict::kInterrupt);
  CHECK(verdict(settled(milliseconds(1200), 0.05F)) == Verdict::kInterrupt);
}

TEST_CASE("a back-channel never interrupts") {
  TurnSnapshot now = during_reply(milliseconds(900));
  now.words = 1;
  now.back_channel = true;
  now.completeness = 0.9F;
  CHECK(verdict(now) == Verdict::kWait);
  now.speaking = false;
  now.settled = true;
  CHECK(verdict(now) == Verdict::kResume);
}

TEST_CASE("where words alone interrupt, settled ones that are fewer than asked for do not") {
  TurnOptions options;
  options.interruption = InterruptionMode::kWords;
  options.interruption_words = 2;
  const DefaultInterruption strategy(options);
  TurnSnapshot now = settled(milliseconds(1200), 0.9F);
  CHECK(strategy.decide(now).verdict == Verdict::kResume);
  now.words = 2;
  CHECK(strategy.decide(now).verdict == Verdict::kInterrupt);
}

TEST_CASE("where the voice interrupts, a shorter one does when a word of it has settled") {
  TurnOptions options;
  options.interruption = InterruptionMode::kVoice;
  const DefaultInterruption strategy(options);
  TurnSnapshot now = settled(milliseconds(400), 0.9F);
  CHECK(strategy.decide(now).verdict == Verdict::kInterrupt);
  now.back_channel = true;
  CHECK(strategy.decide(now).verdict == Verdict::kResume);
}

TEST_CASE("a sound that never stood out from the noise was not the user") {
  TurnSnapshot now = settled(milliseconds(1200), 0.9F);
  now.was_held = false;
  CHECK(verdict(now) == Verdict::kResume);
}

}  // namespace
}  // namespace voiceagent
