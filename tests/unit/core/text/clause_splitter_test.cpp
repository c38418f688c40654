#include "core/text/clause_splitter.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"

namespace voiceagent {
namespace {

using Texts = std::vector<std::string>;

void collect(ClauseSplitter& splitter, Texts& out) {
  std::size_t expected_begin = 0;
  for (const std::string& text : out) expected_begin += text.size();
  for (Clause clause; splitter.next(clause);) {
    REQUIRE(clause.begin == expected_begin);
    REQUIRE(clause.end == clause.begin + clause.text.size());
    expected_begin = clause.end;
    out.emplace_back(clause.text);
  }
}

// The clauses of a text that comes in these pieces.
Texts split_pieces(const std::vector<std::string_view>& pieces) {
  ClauseSplitter splitter;
  Texts out;
  for (const std::string_view piece : pieces) {
    splitter.push(piece);
    collect(splitter, out);
  }
  splitter.finish();
  collect(splitter, out);
  return out;
}

Texts split(std::string_view text) { return split_pieces({text}); }

// As a later part of a long reply, where only sentences are cut.
Texts split_later(std::string_view text) {
  const std::string lead = "This sentence is only here to be the first one.\n";
  Texts out = split(lead + std::string(text));
  REQUIRE(out.size() >= 2);
  REQUIRE(out.front() == lead);
  out.erase(out.begin());
  return out;
}

std::string joined(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out += text;
  return out;
}

const std::vector<std::string>& corpus() {
  static const std::vector<std::string> texts = {
      "",
      " ",
      "\n\n \t",
      "Hello",
      "Hello.",
      "Hello. How are you?",
      "  Hello there.  How are you?  ",
      "It is 3.5 degrees. Dr. Smith said so.",
      "It costs $1,000.50. That is version 2.0.1. Good.",
      "Mr. and Mrs. J. R. R. Tolkien arrived at 3:10 p.m. They left at 4 a.m. on Monday.",
      "The U.S. economy, e.g. its exports, i.e. goods etc. and services, grew. Approx. 3 % vs. 2 "
      "%.",
      "Apple Inc. makes phones. Acme Ltd. does not. See No. 5. No. I will not.",
      "Born on Jan. 5, 1990 in St. Louis. It was a Sunday in Dec. We were there.",
      "Visit www.example.com or mail a.b@c.org. Then read README.md. Thanks!",
      "Wait... what? Well… I think so... Maybe.",
      "\"Really?\" he asked. \"Yes!\" she said. (He left.) Then it rained.",
      "What?! No way!!! Are you sure?! Yes.",
      "Here is a list:\n- apples\n- pears\n- 3. things\n\n1. First\n2. Second\n10. Tenth\nDone",
      "**Bold.** Then *emphasis!* and `code.cpp` follow.\n# Title\n---\nText",
      "你好。今天天气很好！你想去哪里？我们走吧",
      "今日は、良い天気ですね。「そうですか？」と彼は言った。はい！",
      "混合 text with 中文。And English. 再见！",
      "Ça va? Très bien, merci. Où est l'été? Voilà: c'est là-bas.",
      "Привет! Как дела? Хорошо. Спасибо, т.е. очень.",
      "I like apples and oranges because they are sweet, but not when they are green.",
      "The weather—as ever—is fine; the forecast: more of it.",
      "We waited – for hours – but nothing came. -- Then it did.",
      "Emoji 😀. More 👩‍👩‍👧 text! 😀😀 end",
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
      "sixteen seventeen eighteen nineteen twenty twenty-one twenty-two twenty-three twenty-four "
      "twenty-five twenty-six twenty-seven twenty-eight twenty-nine thirty thirty-one thirty-two",
      "This is a rather long sentence which goes on for quite a while, with a comma here, and "
      "another one there, so that it must be cut somewhere because it is so long; it ends now.",
      "He said that the quick brown fox jumps over the lazy dog and that nobody saw it happen "
      "because everybody was asleep at the time although the sun had long since risen over there.",
      std::string(700, 'a'),
      std::string(300, ' ') + "x" + std::string(300, ' ') + "y.",
      "word " + std::string(500, 'b') + " word. Next.",
      "é" + std::string(239, 'c') + "é" + std::string(238, 'd') + "é",
      "A. B. C. D.",
      "1. 2. 3.",
      "...",
      ". . .",
      "- - -",
      "Yes.No.Maybe.",
      "so am I. Let us go.",
      "5 ft. tall, 3 hrs. long, 2 tbsp. of sugar. Done.",
      "He is 3. She is 4.",
      "At 3. Then",
      "Sure, I can do that for you, no problem at all.",
      "Sure! I can do that.",
      "hello there. how are you? i am fine. thanks.",
      "The end.\"  \"The beginning.\" (Or not.) [Maybe.] Fine.",
      "Line one\r\nLine two\r\nLine three",
      "tabs\tand\tspaces. Next\tone.",
      "non\u00A0breaking. Narrow\u202Fone. Next.",
      "これはとても長い文章で、どこまで続くのかわからないほど長く続いていますが、それでもまだ終わり"
      "ません、そしてまだ続きますので、どこかで切らなければならないのですが、どこでしょうか。終わ"
      "り",
      std::string("bad \xFF\xFE bytes. \xC3 and \xE2\x82 cut. \xF0\x9F\x98 end \xED\xA0\x80."),
      std::string("ends inside a character \xE2\x82"),
      std::string("nul \0 byte. Next.", 17),
      "e.g.",
      "Dr.",
      "3.",
      "The answer is 42. The question isn't known, Prof. Adams said in vol. 5, p. 3. Right?",
      "Done!\" she cried, and left. He didn't.",
      "हिन्दी वाक्य। दूसरा वाक्य।",
      "Is it 5? Or 6! Or 7.0? Hm.",
  };
  return texts;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

}  // namespace

TEST_CASE("nothing of a reply is lost and no clause is longer than the limit") {
  for (const std::string& text : corpus()) {
    const Texts clauses = split(text);
    CHECK(joined(clauses) == text);
    for (const std::string& clause : clauses) {
      CHECK_FALSE(clause.empty());
      CHECK(clause.size() <= ClauseSplitter::kMaxBytes);
    }
  }
}

TEST_CASE("the clauses don't depend on the pieces in which the text came") {
  std::mt19937 random(7);
  for (const std::string& text : corpus()) {
    const Texts whole = split(text);
    const std::string_view view = text;
    for (std::size_t i = 0; i <= view.size(); ++i) {
      REQUIRE(split_pieces({view.substr(0, i), view.substr(i)}) == whole);
    }
    for (int round = 0; round < 30; ++round) {
      std::vector<std::string_view> pieces;
      for (std::size_t at = 0; at < view.size();) {
        const std::size_t length = 1 + random() % (round < 10 ? 3 : 20);
        pieces.push_back(view.substr(at, length));
        at += pieces.back().size();
      }
      REQUIRE(split_pieces(pieces) == whole);
    }
  }
}

TEST_CASE("a clause never begins inside a character, nor with space unless the reply does") {
  for (const std::string& text : corpus()) {
    if (text.find('\xFF') != std::string::npos) continue;
    const Texts clauses = split(text);
    for (std::size_t i = 1; i < clauses.size(); ++i) {
      CHECK_FALSE(is_continuation(clauses[i].front()));
      if (clauses[i - 1].size() < ClauseSplitter::kMaxBytes) CHECK(clauses[i].front() != ' ');
    }
  }
}

TEST_CASE("a reply is cut at the ends of its sentences, with the space after them") {
  CHECK(split("Hello. How are you?  Fine!\n") == Texts{"Hello. ", "How are you?  ", "Fine!\n"});
  CHECK(split_later("What?! No way!!! Right.") == Texts{"What?! ", "No way!!! ", "Right."});
  CHECK(split_later("hello there. how are you? fine.") ==
        Texts{"hello there. ", "how are you? ", "fine."});
}

TEST_CASE("numbers, times, addresses and file names are not cut") {
  for (const char* text :
       {"It is 3.5 or 1,000.50 in version 2.0.1", "The train leaves at 3:10 from platform 4",
        "Visit www.example.com today", "Mail a.b@c.org today", "Open README.md or main.cpp now"}) {
    CHECK(split_later(text) == Texts{text});
  }
  CHECK(split_later("It is 3.5. Mail a.b@c.org. Open README.md. Done.") ==
        Texts{"It is 3.5. ", "Mail a.b@c.org. ", "Open README.md. ", "Done."});
  CHECK(split_later("He is 3. She is 4.") == Texts{"He is 3. ", "She is 4."});
}

TEST_CASE("abbreviations are not taken for ends of sentences") {
  for (const char* text : {"Ask Dr. Smith or Prof. Jones", "Mr. and Mrs. Brown of St. Louis",
                           "J. R. R. Tolkien wrote", "fruit, e.g. apples, i.e. food",
                           "cats vs. Dogs", "See No. 5 in Vol. 3 on p. 12", "On Jan. 5 and Dec. 24",
                           "The U.S. Government", "Apples etc. are fine", "at 3 p.m. tomorrow",
                           "Acme Inc. and Foo Ltd. agreed", "approx. 30 of them", "5 ft. tall"}) {
    CHECK(split_later(text) == Texts{text});
  }
}

TEST_CASE("what looks like an abbreviation may end a sentence") {
  CHECK(split_later("No. I won't.") == Texts{"No. ", "I won't."});
  CHECK(split_later("It is 3 p.m. The shop is open.") ==
        Texts{"It is 3 p.m. ", "The shop is open."});
  CHECK(split_later("Pears, plums, etc. They are ripe.") ==
        Texts{"Pears, plums, etc. ", "They are ripe."});
  CHECK(split_later("So am I. Let us go.") == Texts{"So am I. ", "Let us go."});
}

TEST_CASE("a stop takes the quotes and brackets after it along") {
  CHECK(split_later("\"Yes.\" (It is.) **Good!** Then") ==
        Texts{"\"Yes.\" ", "(It is.) ", "**Good!** ", "Then"});
  CHECK(split_later("\"Really?\" he asked. Yes.") == Texts{"\"Really?\" he asked. ", "Yes."});
}

TEST_CASE("an ellipsis is a pause and not an end") {
  CHECK(split_later("Well... I think so… Yes.") == Texts{"Well... I think so… Yes."});
  CHECK(split("Let me think... It is nine.") == Texts{"Let me think... ", "It is nine."});
}

TEST_CASE("lines are cut, the number of an item stays with it") {
  CHECK(split_later("You need:\n- apples\n- pears\n\n1. Wash\n2. Eat them") ==
        Texts{"You need:\n", "- apples\n", "- pears\n\n", "1. Wash\n", "2. Eat them"});
  CHECK(split_later("One\n---\n***\nTwo") == Texts{"One\n", "---\n***\nTwo"});
}

TEST_CASE("Chinese and Japanese need no space after a stop") {
  CHECK(split_later("你好。今天天气很好！你想去哪里？走") ==
        Texts{"你好。", "今天天气很好！", "你想去哪里？", "走"});
  CHECK(split_later("「そうですか？」はい。") == Texts{"「そうですか？」", "はい。"});
  CHECK(split("今日はとても、良い天気ですね。") == Texts{"今日はとても、", "良い天気ですね。"});
}

TEST_CASE("the first clause goes out early") {
  CHECK(split("Sure, I can do that, no problem, really.") ==
        Texts{"Sure, I can do that, ", "no problem, really."});
  CHECK(split("The weather is fine; the forecast: more of it.").front() == "The weather is fine; ");
  CHECK(split("That would be great – see you there.").front() == "That would be great – ");
  CHECK(split("The weather is very fine—as ever.").front() == "The weather is very fine—");
  CHECK(split("I like the apples from Spain most because they are sweet.").front() ==
        "I like the apples from Spain most ");
  CHECK(split("Well, yes.") == Texts{"Well, yes."});
}

TEST_CASE("the first clause is certain before the sentence is complete") {
  ClauseSplitter splitter;
  Clause clause;
  splitter.push("Let me have a look,");
  CHECK_FALSE(splitter.next(clause));
  splitter.push(" I");
  REQUIRE(splitter.next(clause));
  CHECK(clause.text == "Let me have a look, ");
  CHECK_FALSE(splitter.next(clause));
}

TEST_CASE("later sentences are cut at their ends only, unless they are long") {
  CHECK(split_later("Bread, butter, and a cup of tea, please. Thanks.") ==
        Texts{"Bread, butter, and a cup of tea, please. ", "Thanks."});
  CHECK(split_later("This is a rather long sentence which goes on for quite a while, with a comma "
                    "here and another one there, so that it has to be cut.") ==
        Texts{"This is a rather long sentence which goes on for quite a while, ",
              "with a comma here and another one there, so that it has to be cut."});
}

TEST_CASE("a sentence without marks is cut between words at the limit") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word ";
  const Texts clauses = split_later(text);
  REQUIRE(clauses.size() == 3);
  CHECK(clauses[0].size() == 240);
  CHECK(clauses[1].size() == 240);
  const Texts word = split_later("A " + std::string(300, 'x') + " end");
  CHECK(word == Texts{"A ", std::string(240, 'x'), std::string(60, 'x') + " end"});
}

TEST_CASE("a stop at the end of what has come waits for what follows") {
  ClauseSplitter splitter;
  Clause clause;
  const auto push = [&](std::string_view piece) {
    splitter.push(piece);
    return splitter.next(clause);
  };
  CHECK_FALSE(push("It is 3."));
  CHECK_FALSE(push("5 says Dr."));
  CHECK_FALSE(push(" "));
  CHECK_FALSE(push("Smith!"));
  CHECK_FALSE(push("\""));
  CHECK_FALSE(push(" "));
  REQUIRE(push("Then"));
  CHECK(clause.text == "It is 3.5 says Dr. Smith!\" ");
  splitter.finish();
  REQUIRE(splitter.next(clause));
  CHECK(clause.text == "Then");
  CHECK_FALSE(splitter.next(clause));
}

TEST_CASE("a splitter that is warm allocates nothing") {
  ClauseSplitter splitter;
  Clause clause;
  const auto read_all = [&] {
    splitter.reset();
    for (int i = 0; i < 200; ++i) {
      splitter.push(i % 10 == 9 ? "and so it ends. " : "some words, ");
      while (splitter.next(clause)) {
      }
    }
    splitter.finish();
    while (splitter.next(clause)) {
    }
    return clause.end;
  };
  const std::size_t length = read_all();
  const std::uint64_t before = test::allocations();
  CHECK(read_all() == length);
  CHECK(test::allocations() == before);
}

TEST_CASE("a splitter begins anew after reset") {
  ClauseSplitter splitter;
  Clause clause;
  splitter.push("Some words, and more");
  REQUIRE(splitter.next(clause));
  splitter.reset();
  CHECK_FALSE(splitter.next(clause));
  splitter.push("Hello. ");
  splitter.finish();
  REQUIRE(splitter.next(clause));
  CHECK(clause.text == "Hello. ");
  CHECK(clause.begin == 0);
  CHECK_FALSE(splitter.next(clause));
}

}  // namespace voiceagent
