#include "core/speech/spoken_text.h"

#include <string>

#include "support/catch.h"

using namespace voiceagent;

namespace {

constexpr int kRate = 1'000;  // a sample a millisecond
const std::string kReply = "one two three. four five";

// The reply's clauses as a splitter cuts them.
void add_first(SpokenText& text) { text.add_clause(kReply.substr(0, 15), {0, 15}); }
void add_second(SpokenText& text) { text.add_clause(kReply.substr(15), {15, 24}); }
std::string heard(const SpokenText& text, std::int64_t sample) {
  return kReply.substr(0, text.heard_end(sample));
}

}  // namespace

TEST_CASE("a word is heard when its end has been played") {
  SpokenText text(kRate);
  add_first(text);
  text.add_timing(3, 300);
  text.add_timing(7, 700);
  CHECK(heard(text, 0) == "");
  CHECK(heard(text, 299) == "");
  CHECK(heard(text, 300) == "one");
  CHECK(heard(text, 699) == "one");
  CHECK(heard(text, 700) == "one two");
}

TEST_CASE("words that the synthesiser didn't time are spread over their clause by length") {
  SpokenText text(kRate);
  add_first(text);
  text.clause_done(1'400);  // "one two three." has 14 bytes
  CHECK(heard(text, 299) == "");
  CHECK(heard(text, 300) == "one");
  CHECK(heard(text, 700) == "one two");
  CHECK(heard(text, 1'399) == "one two");
  CHECK(heard(text, 1'400) == "one two three.");
  add_second(text);
  text.clause_done(2'300);
  CHECK(heard(text, 1'799) == "one two three.");
  CHECK(heard(text, 1'800) == "one two three. four");
  CHECK(heard(text, 2'300) == kReply);
}

TEST_CASE("an untimed clause goes by a usual pace until its length is known") {
  SpokenText text(kRate);
  add_first(text);
  // 15 characters a second.
  CHECK(heard(text, 199) == "");
  CHECK(heard(text, 201) == "one");
  CHECK(heard(text, 100'000) == "one two three.");
  text.clause_done(2'800);
  CHECK(heard(text, 599) == "");
  CHECK(heard(text, 600) == "one");
}

TEST_CASE("a synthesiser that times some words of a clause is believed for that clause") {
  SpokenText text(kRate);
  add_first(text);
  text.add_timing(3, 500);
  text.clause_done(2'000);
  add_second(text);
  text.clause_done(3'000);
  CHECK(heard(text, 1'999) == "one");
  CHECK(heard(text, 3'000) == kReply);
}

TEST_CASE("one written word may be several spoken ones, and is heard with the last") {
  SpokenText text(kRate);
  text.add_clause("$3 please", {0, 9});
  text.add_timing(2, 300);  // "three"
  text.add_timing(2, 700);  // "dollars"
  text.add_timing(9, 900);
  CHECK(text.heard_end(699) == 0);
  CHECK(text.heard_end(700) == 2);
}

TEST_CASE("timings that go back don't take back what was heard") {
  SpokenText text(kRate);
  add_first(text);
  text.add_timing(3, 500);
  text.add_timing(7, 400);
  CHECK(heard(text, 450) == "");
  CHECK(heard(text, 500) == "one two");
}

TEST_CASE("the span of a frame is the word that it speaks") {
  SpokenText text(kRate);
  add_first(text);
  text.add_timing(3, 300);
  text.add_timing(7, 700);
  CHECK(text.span_at(0).begin == 0);
  CHECK(text.span_at(0).end == 3);
  CHECK(text.span_at(400).begin == 3);
  CHECK(text.span_at(400).end == 7);
  // Past all timings: from there to the end of the clause, as far as is known.
  CHECK(text.span_at(800).begin == 7);
  CHECK(text.span_at(800).end == 15);
}

TEST_CASE("the clauses that are left are counted, and done ones beyond them are ignored") {
  SpokenText text(kRate);
  CHECK(text.all_done());
  add_first(text);
  add_second(text);
  CHECK(text.clauses_left() == 2);
  text.clause_done(1'000);
  text.clause_done(2'000);
  text.clause_done(3'000);
  CHECK(text.all_done());
  CHECK(heard(text, 2'000) == kReply);
  text.clear();
  CHECK(text.all_done());
  CHECK(text.heard_end(10'000) == 0);
}

TEST_CASE("a clause of spaces alone has no words to hear") {
  SpokenText text(kRate);
  text.add_clause("  ", {0, 2});
  text.clause_done(100);
  CHECK(text.all_done());
  CHECK(text.heard_end(1'000) == 0);
}
