#include "providers/tts/flite/text.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

#include "support/catch.h"

using voiceagent::flite::split_text;
using voiceagent::flite::Token;
using voiceagent::flite::Utterance;

namespace {

// Utterances as "before|name|after" of each token, parted by " / ".
std::string spoken(std::string_view text) {
  std::string result;
  for (const Utterance& utterance : split_text(text)) {
    if (!result.empty()) result += " / ";
    for (const Token& token : utterance) {
      result += "<" + token.before + "|" + token.name + "|" + token.after + ">";
    }
  }
  return result;
}

// The source spans as text, parted by "~".
std::string sources(std::string_view text) {
  std::string result;
  for (const Utterance& utterance : split_text(text)) {
    for (const Token& token : utterance) {
      result += std::string(result.empty() ? "" : "~");
      result += text.substr(token.source.begin, token.source.end - token.source.begin);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("punctuation is parted from the word and stays in its span") {
  CHECK(spoken("\"Hello,\" (he) said.") == "<\"|Hello|,\"><(|he|)><|said|.>");
  CHECK(sources("\"Hello,\" (he) said.") == "\"Hello,\"~(he)~said.");
}

TEST_CASE("numbers, contractions and hyphened words stay whole") {
  CHECK(spoken("It's $3.50 at 10:30, well-known.") ==
        "<|It's|><|$3.50|><|at|><|10:30|,><|well-known|.>");
}

TEST_CASE("typographic signs become their ASCII likes") {
  CHECK(spoken("\u201CIt\u2019s here\u201D") == "<\"|It's|><|here|\">");
  CHECK(spoken("one\u2013two") == "<|one-two|>");
  CHECK(spoken("wait\u2026 what") == "<|wait|,><|what|>");
  CHECK(spoken("a\u00A0b\u3000c") == "<|a|><|b|><|c|>");
}

TEST_CASE("a dash between words is a pause of the word before") {
  CHECK(spoken("yes \u2014 no") == "<|yes|,><|no|>");
  CHECK(sources("yes \u2014 no") == "yes \u2014~no");
  CHECK(spoken("yes\u2014no") == "<|yes|,><|no|>");
  CHECK(sources("yes\u2014no") == "yes\u2014~no");
  CHECK(spoken("yes - no") == "<|yes|,><|no|>");
  CHECK(spoken("yes. - no") == "<|yes|.><|no|>");
}

TEST_CASE("accented Latin letters lose their accents") {
  CHECK(spoken("caf\u00E9 Stra\u00DFe \u0141\u00F3d\u017A \u0152uvre na\u00EFve") ==
        "<|cafe|><|Strasse|><|Lodz|><|OEuvre|><|naive|>");
  CHECK(spoken("cafe\u0301") == "<|cafe|>");  // a combining accent
}

TEST_CASE("what cannot be spoken belongs to the word before, or to the first one after") {
  CHECK(spoken("hi\U0001F600there \U0001F680 now") == "<|hi|><|there|><|now|>");
  CHECK(sources("hi\U0001F600there \U0001F680 now") == "hi\U0001F600~there \U0001F680~now");
  CHECK(sources("\U0001F600 ... hi") == "\U0001F600 ... hi");
  CHECK(sources("5\u00D73") == "5\u00D7~3");
}

TEST_CASE("text with nothing speakable gives no utterance") {
  for (const char* text :
       {"", " \n\t", "...", "\U0001F600", "\u2014", "!?", "\"\"", "-- ", "\xFF\xC3"}) {
    CAPTURE(text);
    CHECK(split_text(text).empty());
  }
}

TEST_CASE("invalid UTF-8 parts words and costs none") {
  CHECK(spoken("a\xFF"
               "b \xC3(c) \xE2\x80") == "<|a|><|b|><(|c|)>");
}

TEST_CASE("sentences are utterances of their own, abbreviations don't end one") {
  CHECK(split_text("Hello there. How are you? Fine! Good.").size() == 4);
  CHECK(split_text("Dr. Smith met J. Doe of the U.S. Army").size() == 1);
  CHECK(split_text("It costs 3.50 or so. maybe").size() == 1);
}

TEST_CASE("long text is spoken in parts, at a comma when there is one") {
  std::string commas;
  std::string words;
  for (int i = 0; i < 100; ++i) {
    commas += i % 8 == 7 ? "seven, " : "seven ";
    words += "seven ";
  }
  for (const Utterance& utterance : split_text(commas)) {
    CHECK(utterance.back().source.end - utterance.front().source.begin < 200);
    if (utterance.back().source.end + 10 < commas.size()) CHECK(utterance.back().after == ",");
  }
  CHECK(split_text(words).size() == 3);
}

TEST_CASE("an endless word is spoken in parts that cover it") {
  const std::string word(4096, 'a');
  std::size_t at = 0;
  for (const Utterance& utterance : split_text(word)) {
    CHECK(utterance.back().source.end - utterance.front().source.begin < 300);
    for (const Token& token : utterance) {
      CHECK(token.name.size() <= 48);
      CHECK(token.source.begin == at);
      at = token.source.end;
    }
  }
  CHECK(at == word.size());
}

TEST_CASE("whatever the text, tokens are ASCII, short, in order and inside it") {
  const std::string parts[] = {" ",      "a",      "Dr.",    "$3",     "...",        "-",
                               "\u2014", "\u00E9", "\u2019", "\u200D", "\U0001F44B", "\xFF",
                               "\xE2",   "\t",     "\"",     "(",      "word",       "\u4F60",
                               "?",      "\u0301", "1,000",  "\u00A0", "\x7F",       "\u2026"};
  std::minstd_rand random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text += parts[random() % std::size(parts)];
    CAPTURE(text);
    std::size_t at = 0;
    bool sound = true;
    for (const Utterance& utterance : split_text(text)) {
      for (const Token& token : utterance) {
        sound = sound && token.source.begin >= at && token.source.end > token.source.begin &&
                token.source.end <= text.size() && !token.name.empty() && token.name.size() <= 50;
        for (const char c : token.before + token.name + token.after) {
          sound = sound && c > ' ' && c < '\x7F';
        }
        at = token.source.end;
      }
    }
    CHECK(sound);
  }
}
