#include "voiceagent/options.h"

#include <cmath>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;

namespace {

std::vector<OptionDescriptor> descriptors() {
  return {
      {.name = "rate",
       .type = OptionType::kInteger,
       .default_value = std::int64_t{16000},
       .description = "Sample rate.",
       .unit = "Hz",
       .min = 8000,
       .max = 48000,
       .choices = {},
       .environment = {}},
      {.name = "speed",
       .type = OptionType::kNumber,
       .default_value = 1.0,
       .description = "How fast.",
       .unit = {},
       .min = 0.5,
       .choices = {},
       .environment = {}},
      {.name = "voice",
       .type = OptionType::kString,
       .default_value = std::string("rms"),
       .description = "Who speaks.",
       .unit = {},
       .choices = {"rms", "slt", "kal16"},
       .environment = {}},
      {.name = "model",
       .type = OptionType::kPath,
       .default_value = std::string(),
       .description = "Where it is.",
       .unit = {},
       .choices = {},
       .environment = {}},
      {.name = "strict",
       .type = OptionType::kBool,
       .default_value = true,
       .description = "Whether.",
       .unit = {},
       .choices = {},
       .environment = {}},
  };
}

std::string refusal(const Options& given) {
  const Result<Options> result = check_options(descriptors(), given);
  REQUIRE_FALSE(result.ok());
  CHECK(result.status().code() == ErrorCode::kInvalidArgument);
  return result.status().message();
}

}  // namespace

TEST_CASE("missing options get their defaults") {
  const Result<Options> result = check_options(descriptors(), Options());
  REQUIRE(result.ok());
  CHECK(result->values().size() == 5);
  CHECK(result->integer("rate") == 16000);
  CHECK(result->number("speed") == 1.0);
  CHECK(result->string("voice") == "rms");
  CHECK(result->string("model").empty());
  CHECK(result->boolean("strict"));
}

TEST_CASE("given options win over defaults") {
  const auto given = Options()
                         .set("rate", std::int64_t{8000})
                         .set("strict", false)
                         .set("voice", std::string("slt"));
  const Result<Options> result = check_options(descriptors(), given);
  REQUIRE(result.ok());
  CHECK(result->integer("rate") == 8000);
  CHECK(result->string("voice") == "slt");
  CHECK_FALSE(result->boolean("strict"));
}

TEST_CASE("an integer will do where a number is wanted") {
  const Result<Options> result =
      check_options(descriptors(), Options().set("speed", std::int64_t{2}));
  REQUIRE(result.ok());
  CHECK(std::holds_alternative<double>(result->values().at("speed")));
  CHECK(result->number("speed") == 2.0);
}

TEST_CASE("an unknown option is refused with the nearest name") {
  CHECK(refusal(Options().set("vioce", std::string("rms"))) ==
        "there is no option 'vioce'; did you mean 'voice'? "
        "(options: rate, speed, voice, model, strict)");
  CHECK(refusal(Options().set("zzzzz", true)).find("did you mean") == std::string::npos);
}

TEST_CASE("a wrong type is refused and both types are named") {
  CHECK(refusal(Options().set("rate", std::string("16000"))) ==
        "option 'rate' must be of type integer, not string");
  CHECK(refusal(Options().set("rate", 16000.0)) ==
        "option 'rate' must be of type integer, not number");
  CHECK(refusal(Options().set("model", std::int64_t{1})) ==
        "option 'model' must be of type path, not integer");
  CHECK(refusal(Options().set("strict", std::int64_t{1})) ==
        "option 'strict' must be of type bool, not integer");
}

TEST_CASE("a value out of range is refused with the range and its unit") {
  CHECK(refusal(Options().set("rate", std::int64_t{100})) ==
        "option 'rate' must be a number from 8000 to 48000 Hz, not 100");
  CHECK(refusal(Options().set("speed", 0.25)) ==
        "option 'speed' must be a number of at least 0.5, not 0.25");
}

TEST_CASE("numbers that are none are refused") {
  CHECK(refusal(Options().set("speed", std::nan(""))).find("not nan") != std::string::npos);
  CHECK(refusal(Options().set("speed", HUGE_VAL)).find("not inf") != std::string::npos);
}

TEST_CASE("the ends of a range are inside") {
  CHECK(check_options(descriptors(), Options().set("rate", std::int64_t{8000})).ok());
  CHECK(check_options(descriptors(), Options().set("rate", std::int64_t{48000})).ok());
}

TEST_CASE("a string that is no choice is refused with the choices") {
  CHECK(refusal(Options().set("voice", std::string("kal61"))) ==
        "option 'voice' must be one of rms, slt, kal16, not 'kal61'; did you mean 'kal16'?");
}

TEST_CASE("values of another type or name read as nothing") {
  const auto options = Options().set("number", 1.5).set("text", std::string("a"));
  CHECK_FALSE(options.has("other"));
  CHECK(options.has("number"));
  CHECK(options.integer("number") == 0);
  CHECK_FALSE(options.boolean("number"));
  CHECK(options.number("text") == 0.0);
  CHECK(options.string("number").empty());
}

TEST_CASE("set() replaces an earlier value") {
  CHECK(Options().set("a", true).set("a", std::int64_t{2}).integer("a") == 2);
}

TEST_CASE("the nearest name is at most a third of the letters away") {
  const std::vector<std::string> known{"flite", "scripted", "espeak"};
  CHECK(nearest_name("flit", known) == "flite");
  CHECK(nearest_name("sripted", known) == "scripted");
  CHECK(nearest_name("epseak", known) == "espeak");
  CHECK(nearest_name("fl", known).empty());
  CHECK(nearest_name("whisper", known).empty());
  CHECK(nearest_name("", known).empty());
  CHECK(nearest_name("x", {}).empty());
}

TEST_CASE("of several near names the nearest is chosen") {
  const std::vector<std::string> known{"session", "sessions_max", "sections"};
  CHECK(nearest_name("sesions", known) == "session");
  CHECK(nearest_name("sectionss", known) == "sections");
}

TEST_CASE("every option type has a name") {
  CHECK(to_string(OptionType::kBool) == "bool");
  CHECK(to_string(OptionType::kInteger) == "integer");
  CHECK(to_string(OptionType::kNumber) == "number");
  CHECK(to_string(OptionType::kString) == "string");
  CHECK(to_string(OptionType::kPath) == "path");
}
