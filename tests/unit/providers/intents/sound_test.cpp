#include "providers/llm/intents/sound.h"

#include <string>
#include <string_view>

#include "support/catch.h"

namespace voiceagent::intents {
namespace {

float alike(std::string_view a, std::string_view b) { return Sound(a).similarity(Sound(b), 0); }

}  // namespace

TEST_CASE("intents: words that sound the same are the same") {
  const char* pairs[][2] = {{"whether", "weather"}, {"four", "for"},       {"knight", "night"},
                            {"write", "right"},     {"phone", "fone"},     {"quick", "kwik"},
                            {"bye", "by"},          {"goodbye", "goodby"}, {"hello", "helo"}};
  for (const auto& [a, b] : pairs) {
    CAPTURE(a, b);
    CHECK(alike(a, b) == 1.0F);
  }
}

TEST_CASE("intents: words that are misheard for each other are more alike than others") {
  const char* pairs[][2] = {{"bridge", "ridge"}, {"hurt", "heard"},    {"front", "brent"},
                            {"room", "run"},     {"clubs", "clothes"}, {"drop", "dropped"},
                            {"time", "dime"},    {"thanks", "tanks"}};
  for (const auto& [a, b] : pairs) {
    CAPTURE(a, b);
    CHECK(alike(a, b) > 0.6F);
    CHECK(alike(a, b) < 1.0F);
  }
  const char* strangers[][2] = {{"time", "capital"},
                                {"spain", "weather"},
                                {"paris", "london"},
                                {"child", "bridge"},
                                {"stop", "music"}};
  for (const auto& [a, b] : strangers) {
    CAPTURE(a, b);
    CHECK(alike(a, b) < 0.4F);
  }
}

TEST_CASE("intents: likeness goes both ways, and what can't reach a limit is told at a glance") {
  const char* words[] = {"bridge", "ridge", "hurt", "heard", "a", "extraordinary", "ordinary",
                         "été",    "你",    "好",   "",      "x", "brooklyn",      "brook"};
  for (const std::string_view a : words) {
    for (const std::string_view b : words) {
      CAPTURE(a, b);
      CHECK(alike(a, b) == Approx(alike(b, a)));
      for (const float least : {0.25F, 0.5F, 0.7F}) {
        const bool reaches = alike(a, b) >= least;
        CHECK((Sound(a).similarity(Sound(b), least) > 0) == reaches);
        if (reaches) CHECK(Sound(a).may_reach(Sound(b), least));
      }
    }
  }
}

TEST_CASE("intents: two words can be heard as one") {
  CHECK(Sound("good", "bye").similarity(Sound("goodbye"), 0) > 0.9F);
  CHECK(Sound("brook", "lin").similarity(Sound("brooklyn"), 0) > 0.9F);
}

TEST_CASE("intents: other scripts are compared letter by letter") {
  CHECK(alike("你", "好") == 0.0F);
  CHECK(alike("погода", "погоду") > 0.7F);
  CHECK(alike("café", "cafe") == 1.0F);
}

TEST_CASE("intents: a very long word does no harm") {
  std::string longest;
  for (int i = 0; i < 1000; ++i) longest += "qu";
  CHECK(alike(longest, longest) == 1.0F);
  CHECK(alike(longest, "quick") < 0.5F);
}

}  // namespace voiceagent::intents
