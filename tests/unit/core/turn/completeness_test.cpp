#include "core/turn/completeness.h"

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

#include "support/alloc_counter.h"
#include "support/catch.h"

namespace voiceagent {
namespace {

using Texts = std::initializer_list<std::string_view>;

float probability(std::string_view text, CompletenessContext context = {}) {
  return score_completeness(text, "en-US", context).probability;
}

void expect_open(Texts texts) {
  for (const std::string_view text : texts) {
    const Completeness score = score_completeness(text);
    INFO(text << ": " << score.probability << ", " << score.reason);
    CHECK(score.probability < kCompleteThreshold);
  }
}

void expect_complete(Texts texts) {
  for (const std::string_view text : texts) {
    const Completeness score = score_completeness(text);
    INFO(text << ": " << score.probability << ", " << score.reason);
    CHECK(score.probability >= kCompleteThreshold);
  }
}

TEST_CASE("a trailing small word leaves a turn open") {
  expect_open({"and", "send it to my", "i'd like to see the", "the train from", "bread butter and",
               "i called because", "tell her that i", "we could", "i want", "it is very",
               "he asked me if", "i'm", "have you ever"});
  CHECK(score_completeness("send it to").reason == "trailing preposition");
  CHECK(score_completeness("send the").reason == "trailing determiner");
}

TEST_CASE("a filler leaves a turn open, whatever came before") {
  expect_open({"uh", "i need a taxi um", "it was last week let me see", "yes er"});
}

TEST_CASE("a verb that lacks its object leaves a turn open") {
  expect_open({"please bring", "could you give me", "remind me", "i didn't get", "she bought"});
  expect_complete({"please bring it", "could you give me a hand", "i didn't get it"});
}

TEST_CASE("a preposition may end a question or a relative clause") {
  expect_complete({"where do they come from", "what is it for", "who were you talking to",
                   "this is the man i told you about", "what's it like"});
  expect_open({"where does the train to", "the man i told you about", "how do i get to"});
}

TEST_CASE("a particle may end a verb") {
  expect_complete({"turn it off", "please come in", "switch the radio off", "i can't log in"});
  expect_open({"turn on", "i put the key in", "we live in"});
}

TEST_CASE("a subordinate clause alone is not a turn") {
  expect_open({"if it doesn't work", "every time i turn it on", "when the bell rings",
               "as soon as i arrive", "the woman who answered the phone",
               "what i was looking for"});
  expect_complete({"if it doesn't work call me", "i'll call you as soon as i arrive",
                   "the woman who answered the phone was rude", "this is what i was looking for"});
}

TEST_CASE("a question needs what its front promises") {
  expect_open({"can you", "does your", "is the back door", "what do you", "which one do you"});
  expect_complete({"can you swim", "is the back door locked", "what do you want", "who are you"});
}

TEST_CASE("who cuts in and asks has asked") {
  expect_complete({"stop please what time is it", "wait what is it", "wait where are they",
                   "stop what you're doing", "stop please"});
  expect_open({"stop please what time is", "wait what do you", "stop what the"});
}

TEST_CASE("short answers are complete") {
  expect_complete({"yes", "no", "okay", "maybe", "thanks", "goodbye", "stop", "nothing", "yes i am",
                   "no it isn't", "i'd rather not", "never mind", "not really", "yeah sure"});
}

TEST_CASE("numbers that are read out are complete when they are long enough") {
  expect_open({"my phone number is two oh five", "the zip code is nine four one",
               "my pin is one two", "it's double", "area code four one five"});
  expect_complete({"my phone number is two oh five five five five one eight four four",
                   "the zip code is nine four one one zero", "my pin is one two three four"});
  CHECK(probability("my phone number is 205 555 1844") >= kCompleteThreshold);
  CHECK(probability("my phone number is 205 555") < kCompleteThreshold);
}

TEST_CASE("a quantity needs its unit, a day its month, an address its end") {
  expect_open({"set a timer for twenty", "i paid sixty", "on the twenty",
               "my birthday is on the third", "between two and", "my address is fourteen",
               "peter dot", "mail peter at gmail"});
  expect_complete({"set a timer for twenty minutes", "i paid sixty dollars", "on the third of may",
                   "wake me at five", "at seven thirty", "peter at gmail dot com"});
}

TEST_CASE("an agent's question makes a phrase an answer") {
  const CompletenessContext asked{true, 0};
  for (const std::string_view answer : {"tomorrow morning", "the blue one", "because it broke",
                                        "five", "on the third", "a large coffee", "i can't"}) {
    INFO(answer);
    CHECK(probability(answer, asked) >= kCompleteThreshold);
    CHECK(probability(answer, asked) >= probability(answer));
  }
  CHECK(probability("a large", asked) < kCompleteThreshold);
}

TEST_CASE("what hardly anybody ends with is told from what is merely unfinished") {
  for (const char* text : {"my number is five five five", "the code is four one", "i have"}) {
    CAPTURE(text);
    CHECK(probability(text) < 0.13F);  // the longest wait
  }
  for (const char* text : {"five five", "i do"}) {
    CAPTURE(text);
    CHECK(probability(text) >= 0.13F);
    CHECK(probability(text) < 0.3F);
  }
}

TEST_CASE("a number is complete with the digits that the agent asked for") {
  const CompletenessContext four{true, 4};
  CHECK(probability("one two three", four) < kCompleteThreshold);
  CHECK(probability("one two three four", four) >= kCertainThreshold);
  CHECK(probability("it's twelve thirty four", four) >= kCertainThreshold);
  CHECK(probability("12 34", four) >= kCertainThreshold);
}

TEST_CASE("punctuation shifts a score and doesn't decide it") {
  const float plain = probability("we need a room");
  CHECK(probability("We need a room.") > plain);
  CHECK(probability("We need a room?") > probability("We need a room."));
  CHECK(probability("We need a room,") < plain);
  CHECK(probability("We need a room...") < plain);
  CHECK(probability("We need a room \u2026") < plain);
  CHECK(probability("We need the.") < kCompleteThreshold);
  CHECK(probability("I\u2019D LIKE TO") == probability("i'd like to"));
}

TEST_CASE("an earlier sentence doesn't count for the last one") {
  CHECK(probability("That was my question. Can you") < kCompleteThreshold);
  CHECK(probability("If not, fine. Call me back.") >= kCompleteThreshold);
}

TEST_CASE("languages are found by their first subtag") {
  CHECK(score_completeness("turn on the", "EN_gb").reason == "trailing determiner");
  CHECK(score_completeness("mach das", "de-AT").reason != "unknown language");
  for (const std::string_view unknown : {"fr-FR", "", "e", "end-US", "-"}) {
    const Completeness score = score_completeness("je voudrais", unknown);
    CHECK(score.probability == 0.5F);
    CHECK(score.reason == "unknown language");
  }
}

TEST_CASE("nothing said is not a turn") {
  for (const std::string_view text : {"", " \t\n", "...", "[noise] <unk>", "\u00bf ?"}) {
    CHECK(score_completeness(text).probability == 0);
    CHECK(score_completeness(text, "de").probability == 0);
  }
}

TEST_CASE("any bytes give a probability and a reason") {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string text(random() % 200, ' ');
    for (char& c : text) c = static_cast<char>(random() % 4 == 0 ? ' ' : random() % 256);
    for (const std::string_view language : {"en", "de"}) {
      const Completeness score = score_completeness(text, language, {i % 2 == 0, i % 5});
      REQUIRE(score.probability >= 0);
      REQUIRE(score.probability <= 1);
      REQUIRE_FALSE(score.reason.empty());
    }
  }
}

TEST_CASE("only the last words of a long transcript count") {
  std::string history;
  for (int i = 0; i < 2000; ++i) history += "and we talked about it. ";
  CHECK(probability(history + "turn on the") == probability("turn on the"));
  CHECK(probability(history + "turn on the light") == probability("turn on the light"));
  CHECK(probability(std::string(100000, 'x')) > 0);
  CHECK(probability(std::string(100000, ' ') + "hello") == probability("hello"));
}

TEST_CASE("scoring allocates nothing once a language is loaded") {
  const std::string_view text =
      "Well, I\u2019d like to book a table for twenty-two at the Caf\u00c9...";
  score_completeness(text, "en");
  score_completeness(text, "de");
  const auto before = test::allocations();
  score_completeness(text, "en");
  score_completeness(text, "de");
  CHECK(test::allocations() == before);
}

}  // namespace
}  // namespace voiceagent
