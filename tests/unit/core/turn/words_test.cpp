#include "core/turn/completeness/words.h"

#include <string>

#include "support/catch.h"

namespace voiceagent::turns {
namespace {

constexpr WordGroup kGroups[] = {{kDeterminer, "the a"}, {kSubject, "i it"}, {kNoun, "a b"}};

Spelling spelling(bool splits_clitics = true) {
  static const Lexicon lexicon(kGroups);
  return {&lexicon, splits_clitics, [](const Lexicon&, std::string_view) { return kVerb; }};
}

// The words, with the mark of each that has one.
std::string show(const Words& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += ' ';
    out += words.at(i).text();
    if (words.at(i).mark != 0) out += std::string("/") + words.at(i).mark;
  }
  return out;
}

std::string read(std::string_view text) { return show(Words(text, spelling())); }

TEST_CASE("words are in lower case, and punctuation is a mark") {
  CHECK(read("Hello, World!") == "hello/, world/!");
  CHECK(read("\"What?!\" (he said).") == "what/? he said/.");
  CHECK(read("so... well \u2014 no \u2026") == "so/- well/- no/-");
  CHECK(read("\u00dcber \u00c4rzte") == "\u00fcber \u00e4rzte");
}

TEST_CASE("hyphens separate words, other punctuation inside them stays") {
  CHECK(read("twenty-two") == "twenty two");
  CHECK(read("12:30 a.m. me@home.org 1,000") == "12:30 a.m/. me@home.org 1,000");
}

TEST_CASE("clitics are words of their own where the language has them") {
  CHECK(read("I'd don't it\u2019s we're o'clock") == "i 'd do n't it 's we 're o'clock");
  CHECK(show(Words("gibt's", spelling(false))) == "gibt's");
}

TEST_CASE("what the recogniser writes in brackets is no word") {
  CHECK(read("[noise] yes <unk>") == "yes");
}

TEST_CASE("a word has the classes of all its groups, an unknown one what is guessed") {
  const Words words("the a i zzz q 42 3rd", spelling());
  CHECK(words.at(0).classes() == kDeterminer);
  CHECK(words.at(1).classes() == (kDeterminer | kNoun));
  CHECK(words.at(3).classes() == kVerb);
  CHECK(words.at(4).classes() == kLetter);
  CHECK(words.at(5).classes() == kNumeral);
  CHECK(words.at(6).classes() == kOrdinal);
}

TEST_CASE("beyond the ends there is an empty word") {
  const Words words("one", spelling());
  CHECK(words.at(1).text().empty());
  CHECK(words.at(std::size_t{0} - 1).classes() == 0);
  CHECK(words.last(1).text().empty());
}

TEST_CASE("phrases are compared with the last words") {
  const Words words("well let's see", spelling());
  CHECK(words.ends_with("let 's see"));
  CHECK(words.ends_with("well let", 2));
  CHECK_FALSE(words.ends_with("oh well let 's see"));
  CHECK_FALSE(words.ends_with("see it"));
}

TEST_CASE("the last words are kept when there are too many") {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "it's-a-b ";
  const Words words(text + "end", spelling());
  CHECK(words.size() == Words::kCapacity);
  CHECK(words.last().is("end"));
  CHECK(words.last(1).is("b"));
}

}  // namespace
}  // namespace voiceagent::turns
