#include <algorithm>
#include <string>

#include "support/catch.h"
#include "unit/config/test_registry.h"
#include "voiceagent/config.h"

namespace va = voiceagent;
using Catch::Matchers::Contains;

namespace {

std::string error(std::string_view toml, const va::Environment& environment = {}) {
  const auto agent =
      va::parse_agent_config(toml, "agent.toml", "", va::test_registry(), environment);
  REQUIRE_FALSE(agent.ok());
  CHECK(agent.status().code() == va::ErrorCode::kInvalidArgument);
  return agent.status().message();
}

}  // namespace

TEST_CASE("a misspelt key is refused with its place and the likely name") {
  const std::string message = error("[turn]\n\n  endpointing_mn_ms = 300\n");
  CHECK_THAT(message, Contains("agent.toml:3:3: "));
  CHECK_THAT(message, Contains("'endpointing_mn_ms'"));
  CHECK_THAT(message, Contains("did you mean 'endpointing_min_ms'?"));
}

TEST_CASE("a fallback that names no provider, or an unknown one, is refused with its place") {
  CHECK_THAT(error("[[llm.fallbacks]]\nfile = \"x\"\n"),
             Contains("agent.toml:1:1: a fallback must name its 'provider'"));
  CHECK_THAT(error("[[tts.fallbacks]]\nprovider = \"parrot\"\n"),
             Contains("unknown tts provider 'parrot'"));
  CHECK_THAT(error("[[vad.fallbacks]]\nprovider = \"energy\"\n"),
             Contains("a detector has no fallbacks"));
  CHECK_THAT(error("[[turn.things]]\nx = 1\n"), Contains("unknown section [turn.things]"));
}

TEST_CASE("a section whose name can't be one is refused with its place") {
  CHECK_THAT(error("[<]\n"), Contains("agent.toml:1:2: "));
  CHECK_THAT(error("[[\x01]]\n"), Contains("agent.toml:1:3: "));
}

TEST_CASE("a misspelt section is refused with its place and the likely name") {
  CHECK_THAT(error("[limit]\n"), Contains("agent.toml:1:2: unknown section [limit]; "
                                          "did you mean 'limits'?"));
  CHECK_THAT(error("[telephone]\n"), Contains("there are 'agent', 'turn', 'limits', 'resilience'"));
}

TEST_CASE("a key outside of any section is refused") {
  CHECK_THAT(error("voice = 'rms'"), Contains("agent.toml:1:1: 'voice' stands outside of any"));
}

TEST_CASE("a value of the wrong type is refused with the type that is wanted") {
  const std::string message = error(
      "[turn]\n"
      "endpointing_min_ms = \"fast\"\n"
      "manual_end = 1\n"
      "vad_threshold = [0.5]\n"
      "preroll_ms = 1.5\n"
      "interruption_words = 1979-05-27\n");
  CHECK_THAT(message,
             Contains("agent.toml:2:22: option 'endpointing_min_ms' must be of type integer"));
  CHECK_THAT(message, Contains("agent.toml:3:14: option 'manual_end' must be of type bool"));
  CHECK_THAT(message, Contains("agent.toml:4:17: option 'vad_threshold' must be of type number, "
                               "not array"));
  CHECK_THAT(message, Contains("agent.toml:5:14: option 'preroll_ms' must be of type integer"));
  CHECK_THAT(message, Contains("agent.toml:6:22: option 'interruption_words' must be of type "
                               "integer, not date or time"));
}

TEST_CASE("a value out of range is refused with the range") {
  CHECK_THAT(error("[turn]\nendpointing_min_ms = 5"), Contains("from 10 to 10000 ms, not 5"));
  CHECK_THAT(error("[turn]\nvad_threshold = 1.5"), Contains("from 0 to 1, not 1.5"));
  CHECK_THAT(error("[turn]\nvad_threshold = nan"), Contains("agent.toml:2:17: "));
  CHECK_THAT(error("[agent]\nmode = 'voice'"), Contains("voice_to_voice, voice_to_text"));
}

TEST_CASE("text that is not TOML is refused with its place") {
  CHECK_THAT(error("[turn]\nendpointing_min_ms = = 3\n"), Contains("agent.toml:2:"));
  CHECK_THAT(error("[turn]\npreroll_ms = 1\npreroll_ms = 2\n"), Contains("agent.toml:3:"));
}

TEST_CASE("an unknown provider is refused with those that there are") {
  const std::string message = error("[stt]\nprovider = 'eer'\n");
  CHECK_THAT(message, Contains("agent.toml:2:12: unknown stt provider 'eer'"));
  CHECK_THAT(message, Contains("'ear', 'shell'"));
  CHECK_THAT(message, Contains("did you mean 'ear'?"));
  CHECK_THAT(error("[stt]\nprovider = 3\n"), Contains("agent.toml:2:12: "));
}

TEST_CASE("a provider that this build lacks is refused with how to get it") {
  CHECK_THAT(error("[stt]\nprovider = 'cochlea'\n"), Contains("install libcochlea-dev"));
}

TEST_CASE("a provider's options are checked like our own") {
  const std::string message =
      error("[stt]\nprovider = 'ear'\nbeam = 200\ndecode = 'hole'\nmodle = 'x'\nsalt = true\n");
  CHECK_THAT(message, Contains("agent.toml:3:8: option 'beam' must be a number from 1 to 100"));
  CHECK_THAT(message, Contains("agent.toml:4:10: option 'decode' must be one of live, whole"));
  CHECK_THAT(message, Contains("agent.toml:5:1: "));
  CHECK_THAT(message, Contains("did you mean 'model'?"));
  CHECK_THAT(message, Contains("agent.toml:6:1: "));
}

TEST_CASE("a misspelt provider key gets the hint too") {
  CHECK_THAT(error("[tts]\nprovider = 'mouth'\nprovder = 'x'\n"),
             Contains("did you mean 'provider'?"));
}

TEST_CASE("a wrong variable is refused with its name") {
  CHECK_THAT(error("", {{"VOICEAGENT_TURN_ENDPOINTING_MIN_MS", "fast"}}),
             Contains("environment variable VOICEAGENT_TURN_ENDPOINTING_MIN_MS: "));
  CHECK_THAT(
      error("", {{"VOICEAGENT_TURN_ENDPOINTING_MIN_MS", "5"}}),
      Contains("VOICEAGENT_TURN_ENDPOINTING_MIN_MS: option 'endpointing_min_ms' must be a number "
               "from 10 to 10000 ms, not 5"));
  CHECK_THAT(error("", {{"VOICEAGENT_TURN_MANUAL_END", "perhaps"}}), Contains("'perhaps'"));
  CHECK_THAT(error("[stt]\nprovider = 'ear'", {{"EAR_BEAM", "wide"}}), Contains("EAR_BEAM"));
  CHECK_THAT(error("", {{"VOICEAGENT_STT_PROVIDER", "nose"}}),
             Contains("environment variable VOICEAGENT_STT_PROVIDER: unknown stt provider 'nose'"));
}

TEST_CASE("a variable with a section's prefix but an unknown name is refused") {
  CHECK_THAT(error("", {{"VOICEAGENT_TURN_ENDPOINTING_MIN", "300"}}),
             Contains("did you mean 'VOICEAGENT_TURN_ENDPOINTING_MIN_MS'?"));
}

TEST_CASE("variables of other providers and of other programs are left alone") {
  const va::Environment environment{{"VOICEAGENT_STT_SALT", "yes"},
                                    {"VOICEAGENT_TEST_AUDIO", "/audio"},
                                    {"VOICEAGENT", "1"},
                                    {"HOME", "/root"}};
  const auto agent = va::parse_agent_config("[stt]\nprovider = 'ear'", "agent.toml", "",
                                            va::test_registry(), environment);
  CHECK(agent.ok());
}

TEST_CASE("settings that contradict each other are refused") {
  CHECK_THAT(error("[turn]\nstart_window_ms = 50\nstart_speech_ms = 80\n"),
             Contains("start_speech_ms is more than start_window_ms"));
}

TEST_CASE("all errors are reported, one a line, in the order of the file") {
  const std::string message =
      error("[turn]\nx = 1\n[agent]\ny = 2\n[zoo]\n", {{"VOICEAGENT_AGENT_MODE", "loud"}});
  CHECK(std::count(message.begin(), message.end(), '\n') == 3);
  const auto x = message.find("agent.toml:2:1");
  const auto y = message.find("agent.toml:4:1");
  const auto zoo = message.find("agent.toml:5:2");
  const auto mode = message.find("VOICEAGENT_AGENT_MODE");
  CHECK(x < y);
  CHECK(y < zoo);
  CHECK(zoo < mode);
  CHECK(mode != std::string::npos);
}
