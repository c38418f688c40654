// How long a silence must be, by what was said before it.
#include "core/turn/strategies/strategies.h"
#include "support/catch.h"

namespace voiceagent {
namespace {

using std::chrono::milliseconds;

// 100 ms after the voice went off; the words stood still for `stood` before that.
TurnSnapshot after_words(float completeness, Duration stood = milliseconds(200)) {
  TurnSnapshot now;
  now.speech_end = milliseconds(5000);
  now.now = milliseconds(5100);
  now.utterance = true;
  now.words = 4;
  now.completeness = completeness;
  now.transcript_age = stood + milliseconds(100);
  return now;
}

EndOfTurnDecision decide(const TurnSnapshot& now, const TurnOptions& options = {}) {
  return DefaultEndOfTurn(options).decide(now);
}

TEST_CASE("complete words that were heard out end the turn after the shortest silence") {
  CHECK(decide(after_words(0.9F)).silence == TurnOptions().endpointing_min);
  CHECK(decide(after_words(0.9F)).likely);
}

TEST_CASE("words that changed at the end of the voice are given time to stand still") {
  const Duration fresh = decide(after_words(0.9F, milliseconds(10))).silence;
  const Duration later = decide(after_words(0.9F, milliseconds(-60))).silence;
  CHECK(fresh > decide(after_words(0.9F)).silence);
  CHECK(later > fresh);
  CHECK(later <= milliseconds(700));
}

TEST_CASE("the less complete the words read, the longer the silence") {
  const Duration complete = decide(after_words(0.9F)).silence;
  const Duration open = decide(after_words(0.2F)).silence;
  const Duration broken_off = decide(after_words(0.05F)).silence;
  CHECK(open > complete);
  CHECK(broken_off > open);
  CHECK_FALSE(decide(after_words(0.2F)).likely);
}

TEST_CASE("a detector's estimate that is certain counts in place of the words") {
  TurnSnapshot now = after_words(0.9F);
  now.estimate = 0.05F;
  CHECK(decide(now).silence == decide(after_words(0.05F)).silence);
  CHECK_FALSE(decide(now).likely);
}

TEST_CASE("a detector's estimate that is not certain is weighed against the words") {
  TurnSnapshot now = after_words(0.9F);
  now.estimate = 0.2F;
  CHECK(decide(now).likely);
  CHECK(decide(now).silence == decide(after_words(0.55F)).silence);
  now.completeness = 0.05F;  // "i want to go to the": it would have to be certain
  now.estimate = 0.7F;
  CHECK(decide(now).silence == decide(after_words(0.05F)).silence);
  CHECK_FALSE(decide(now).likely);
}

TEST_CASE("a detector that is certain needn't wait for the words to stand still") {
  TurnSnapshot now = after_words(0.2F, milliseconds(-60));
  now.estimate = 0.95F;
  CHECK(decide(now).silence == TurnOptions().endpointing_min);
  CHECK(decide(now).likely);
}

TEST_CASE("who makes long pauses is given them unless all is said") {
  TurnSnapshot open = after_words(0.2F);
  open.pauses = 3;
  open.usual_pause = milliseconds(900);
  open.pause_spread = milliseconds(200);
  CHECK(decide(open).silence == milliseconds(1100));
  open.completeness = 0.9F;
  CHECK(decide(open).silence == TurnOptions().endpointing_min);
}

TEST_CASE("the same shortest and longest silence is a fixed hangover") {
  TurnOptions fixed;
  fixed.endpointing_min = fixed.endpointing_max = milliseconds(400);
  for (const float completeness : {0.0F, 0.2F, 0.5F, 0.9F}) {
    CHECK(decide(after_words(completeness), fixed).silence == milliseconds(400));
    CHECK(decide(after_words(completeness, milliseconds(-90)), fixed).silence == milliseconds(400));
  }
}

TEST_CASE("a longer shortest silence makes all silences longer") {
  TurnOptions patient;
  patient.endpointing_min = milliseconds(380);
  for (const float completeness : {0.05F, 0.2F, 0.4F, 0.9F}) {
    CHECK(decide(after_words(completeness), patient).silence ==
          decide(after_words(completeness)).silence + milliseconds(200));
  }
}

TEST_CASE("without words the turn is neither likely over nor over at once") {
  TurnSnapshot now = after_words(0.9F);
  now.words = 0;
  CHECK_FALSE(decide(now).likely);
  CHECK(decide(now).silence > TurnOptions().endpointing_min);
}

TEST_CASE("a recogniser that says so ends the turn at once, whatever the words") {
  TurnSnapshot now = after_words(0.05F, milliseconds(-60));
  now.recogniser_says_end = true;
  CHECK(decide(now).silence == milliseconds(0));
}

TEST_CASE("push-to-talk never ends a turn by silence, nor because the recogniser says so") {
  TurnOptions manual;
  manual.manual_end = true;
  TurnSnapshot now = after_words(0.9F);
  CHECK(decide(now, manual).silence > std::chrono::hours(1));
  now.recogniser_says_end = true;
  CHECK(decide(now, manual).silence > std::chrono::hours(1));
}

}  // namespace
}  // namespace voiceagent
