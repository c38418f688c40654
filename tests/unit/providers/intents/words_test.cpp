#include "providers/llm/intents/words.h"

#include <string>
#include <string_view>

#include "support/catch.h"

namespace voiceagent::intents {
namespace {

std::string joined(std::string_view text, std::size_t max_words = 100) {
  std::string out;
  for (const Word& word : words_of(text, max_words)) out += (out.empty() ? "" : " ") + word.text;
  return out;
}

}  // namespace

TEST_CASE("intents: words are in lower case and without punctuation") {
  CHECK(joined("Hello, World! (Really?)") == "hello world really");
  CHECK(joined("  e-mail\tme  ") == "e mail me");
  CHECK(joined("Où est l'ÉTÉ? Привет, Ελλάδα") == "où est lété привет ελλάδα");
  CHECK(joined("你好。再见") == "你 好 再 见");
  CHECK(joined(" \n.,;!?") == "");
}

TEST_CASE("intents: contractions are written out") {
  CHECK(joined("What's up? I'm here, don't go; they'll say it's John's.") ==
        "what is up i am here do not go they will say it is johns");
  CHECK(joined("can't won't cannot let’s gonna whats") ==
        "can not will not can not let us going to what is");
}

TEST_CASE("intents: numbers are written out") {
  CHECK(joined("0 7 13 20 42 100 115 1000 1,234 999999") ==
        "zero seven thirteen twenty forty two one hundred one hundred fifteen one thousand "
        "one thousand two hundred thirty four "
        "nine hundred ninety nine thousand nine hundred ninety nine");
  CHECK(joined("3.5 and 3:10. 007 1234567") ==
        "three point five and three ten zero zero seven one two three four five six seven");
}

TEST_CASE("intents: a word knows where it was written") {
  const std::string_view text = "So, what's 25 cm?";
  const std::vector<Word> words = words_of(text, 100);
  REQUIRE(words.size() == 6);
  CHECK(text.substr(words[1].begin, words[1].end - words[1].begin) == "what's");
  CHECK(text.substr(words[2].begin, words[2].end - words[2].begin) == "what's");
  CHECK(text.substr(words[4].begin, words[4].end - words[4].begin) == "25");
}

TEST_CASE("intents: reading stops soon after as many words as are wanted") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "123456 ";
  CHECK(words_of(text, 10).size() < 30);
  CHECK(words_of(std::string(1'000'000, 'x'), 10).size() == 10);
}

TEST_CASE("intents: what is not UTF-8 separates words") {
  CHECK(joined("a\xFFmid\xC3") == "a mid");
}

TEST_CASE("intents: words that say little weigh little") {
  CHECK(weight_of("uh") < weight_of("is"));
  CHECK(weight_of("the") < weight_of("is"));
  CHECK(weight_of("is") < weight_of("what"));
  CHECK(weight_of("what") < weight_of("bridge"));
}

}  // namespace voiceagent::intents
