#include "providers/llm/intents/matcher.h"

#include <string>

#include "matching.h"

namespace voiceagent::intents {

TEST_CASE("intents: every sentence that a template stands for fits it, whatever its spelling") {
  const char* sentence = "[please] (what is|tell me) the (time|hour) [now|(right|just) now]";
  for (const char* utterance :
       {"what is the time", "What's the time?", "Please tell me the hour, right now!",
        "TELL ME THE TIME JUST NOW", "please what is the hour now"}) {
    CAPTURE(utterance);
    CHECK(score(sentence, utterance) > 0.99F);
  }
  for (const char* utterance : {"what me the time", "tell is the hour", "the", "now", ""}) {
    CAPTURE(utterance);
    CHECK(score(sentence, utterance) < 0.95F);
  }
}

TEST_CASE("intents: hesitations and articles cost next to nothing") {
  CHECK(score("turn on the light", "uh please turn on um light") > 0.85F);
  CHECK(score("turn on the light", "well turn the on light") > 0.85F);
}

TEST_CASE("intents: misheard words cost less than wrong ones") {
  const char* sentence = "how old is the brooklyn bridge";
  CHECK(score(sentence, "how old is the brooklyn ridge") > 0.85F);
  CHECK(score(sentence, "how old is the brook lynn bridge") > 0.85F);
  CHECK(score(sentence, "how old is the brooklyn bridge") > 0.99F);
  CHECK(score(sentence, "how old is the eiffel tower") < 0.5F);
  CHECK(score("good bye", "goodbye") > 0.85F);
  CHECK(score("goodbye", "good bye") > 0.7F);
}

TEST_CASE("intents: a mistake counts more in a short sentence") {
  CHECK(score("stop", "shop") < score("please stop the music now", "please shop the music now"));
}

TEST_CASE("intents: the better intent wins, and close ones only when the match is good") {
  const IntentsFile file = file_of({{"on", "turn on the radio"}, {"off", "turn off the radio"}});
  CHECK(understood(file, "turn on the radio") == "on");
  CHECK(understood(file, "turn of the radio") == "off");
  CHECK(understood(file, "turn the radio") == "-");
  CHECK(understood(file, "turn the radio", {0.5, 0}) == "on");
  const IntentsFile twins = file_of({{"first", "same words here"}, {"second", "same words here"}});
  CHECK(understood(twins, "same words here") == "first");
  CHECK(understood(twins, "same birds here") == "-");
}

TEST_CASE("intents: nothing is understood of nothing, or of too much") {
  const IntentsFile file = file_of({{"hello", "hello"}});
  CHECK(understood(file, "") == "-");
  CHECK(understood(file, "?!") == "-");
  std::string much = "hello";
  for (int i = 0; i < 200; ++i) much += " um";
  CHECK(understood(file, much) == "-");
}

TEST_CASE("intents: the threshold decides") {
  const IntentsFile file = file_of({{"bridge", "how old is the brooklyn bridge"}});
  CHECK(understood(file, "how old is that book in bridge", {0.4, 0}) == "bridge");
  CHECK(understood(file, "how old is that book in bridge", {0.99, 0}) == "-");
}

TEST_CASE("intents: an open slot takes words as they were said") {
  const IntentsFile file = file_of(
      {{"timer", "set a timer for {length} [please]"}, {"play", "play {song} by {artist}"}});
  CHECK(understood(file, "Set a timer for 25 minutes, please") == "timer length=25 minutes");
  CHECK(understood(file, "set the timer for uh John's Tea") == "timer length=John's Tea");
  CHECK(understood(file, "play Yesterday by the Beatles") ==
        "play song=Yesterday artist=the Beatles");
  CHECK(understood(file, "set a timer for") == "-");
  CHECK(understood(file, "play by") == "-");
  CHECK(understood(file, "set a timer for that") == "timer length=that");
}

TEST_CASE("intents: a listed slot gives the value as it is listed") {
  const IntentsFile file = file_of({{"weather", "what is the weather [like] [in {city}]"}},
                                   R"({"city": ["New York", "Paris", "San Francisco"]})");
  CHECK(understood(file, "what's the weather in new york") == "weather city=New York");
  CHECK(understood(file, "what is the weather like in pares") == "weather city=Paris");
  CHECK(understood(file, "what is the weather in sun francisco") == "weather city=San Francisco");
  CHECK(understood(file, "what is the weather") == "weather");
  CHECK(understood(file, "what is the weather in Timbuktu") == "-");
}

TEST_CASE("intents: literal words go before open slots") {
  const IntentsFile file = file_of({{"any", "what is {thing}"}, {"time", "what is the time"}});
  CHECK(understood(file, "what is the time") == "time");
  CHECK(understood(file, "what is the answer") == "any thing=the answer");
}

TEST_CASE("intents: a template of very many sentences is matched at once") {
  std::string sentence = "begin";
  for (int i = 0; i < 200; ++i) sentence += " [maybe] (one|two|three)";
  const IntentsFile file = file_of({{"many", sentence}, {"other", "something else"}});
  CHECK(understood(file, "something else") == "other");
  CHECK(understood(file, "begin one two three") == "-");
}

}  // namespace voiceagent::intents
