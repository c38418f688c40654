#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"
#include "unit/config/test_registry.h"
#include "voiceagent/config.h"

namespace va = voiceagent;
using std::chrono::milliseconds;

namespace {

va::AgentOptions parsed(std::string_view toml, const va::Environment& environment = {},
                        const std::string& directory = "") {
  const auto agent =
      va::parse_agent_config(toml, "agent.toml", directory, va::test_registry(), environment);
  INFO((agent.ok() ? "" : agent.status().message()));
  REQUIRE(agent.ok());
  return *agent;
}

}  // namespace

TEST_CASE("an empty configuration is the default agent") {
  const va::AgentOptions agent = parsed("");
  const va::AgentOptions defaults;
  CHECK(agent.stt.name == defaults.stt.name);
  CHECK(agent.mode == defaults.mode);
  CHECK(agent.turn.endpointing_max == defaults.turn.endpointing_max);
  CHECK(agent.limits.max_reply_bytes == defaults.limits.max_reply_bytes);
}

TEST_CASE("every section of a configuration reaches the agent") {
  const va::AgentOptions agent = parsed(R"(
    [agent]
    mode = "voice_to_text"
    language = "en-GB"
    voice = "rms"
    instructions = """Be brief.
Be kind."""
    greeting = "Hello!"
    output_lead_ms = 200
    [turn]
    vad_threshold = 0.75
    endpointing_min_ms = 450
    interruption = "never"
    interruption_words = 2
    [limits]
    max_reply_bytes = 1000
    [resilience]
    first_token_ms = 2500
    after_failure = "hang_up"
    [stt]
    provider = "ear"
    beam = 7
    [tts]
    provider = "mouth"
    speed = 2
  )");
  CHECK(agent.mode == va::Mode::kVoiceToText);
  CHECK(agent.language == "en-GB");
  CHECK(agent.voice == "rms");
  CHECK(agent.instructions == "Be brief.\nBe kind.");
  CHECK(agent.greeting == "Hello!");
  CHECK(agent.output_lead == milliseconds(200));
  CHECK(agent.turn.vad_threshold == Approx(0.75));
  CHECK(agent.turn.endpointing_min == milliseconds(450));
  CHECK(agent.turn.interruption == va::InterruptionMode::kNever);
  CHECK(agent.turn.interruption_words == 2);
  CHECK(agent.limits.max_reply_bytes == 1000);
  CHECK(agent.resilience.first_token == milliseconds(2500));
  CHECK(agent.resilience.after_failure == va::AfterFailure::kHangUp);
  CHECK(agent.stt.name == "ear");
  CHECK(agent.stt.options.integer("beam") == 7);
  CHECK(agent.tts.options.number("speed") == 2.0);
}

TEST_CASE("fallbacks are read in their order, each with its own options") {
  const va::AgentOptions agent = parsed(R"(
    [tts]
    provider = "mouth"
    [[tts.fallbacks]]
    provider = "mouth"
    speed = 3
    [[stt.fallbacks]]
    provider = "ear"
    beam = 2
    [[stt.fallbacks]]
    provider = "ear"
    beam = 3
  )");
  REQUIRE(agent.tts.fallbacks.size() == 1);
  CHECK(agent.tts.fallbacks[0].name == "mouth");
  CHECK(agent.tts.fallbacks[0].options.number("speed") == 3.0);
  REQUIRE(agent.stt.fallbacks.size() == 2);
  CHECK(agent.stt.fallbacks[1].options.integer("beam") == 3);
  CHECK(agent.llm.fallbacks.empty());
}

TEST_CASE("paths in a file begin at the file's directory, others stay as they are") {
  const std::string toml = "[stt]\nprovider = \"ear\"\nmodel = ";
  CHECK(parsed(toml + "'m/en'", {}, "/etc/agent").stt.options.string("model") == "/etc/agent/m/en");
  CHECK(parsed(toml + "'/m/en'", {}, "/etc/agent").stt.options.string("model") == "/m/en");
  CHECK(parsed(toml + "''", {}, "/etc/agent").stt.options.string("model").empty());
  CHECK(parsed(toml + "'m/en'").stt.options.string("model") == "m/en");
}

TEST_CASE("the environment overrides the file, in every section") {
  const va::AgentOptions agent = parsed("[turn]\nendpointing_min_ms = 450\n[agent]\nvoice = 'a'",
                                        {{"VOICEAGENT_TURN_ENDPOINTING_MIN_MS", "500"},
                                         {"VOICEAGENT_TURN_INTERRUPTION", "never"},
                                         {"VOICEAGENT_TURN_VAD_THRESHOLD", "0.25"},
                                         {"VOICEAGENT_AGENT_GREETING", "Hi there"},
                                         {"VOICEAGENT_LIMITS_MAX_HISTORY_MESSAGES", "12"},
                                         {"VOICEAGENT_STT_PROVIDER", "ear"},
                                         {"VOICEAGENT_STT_BEAM", "5"}});
  CHECK(agent.turn.endpointing_min == milliseconds(500));
  CHECK(agent.turn.interruption == va::InterruptionMode::kNever);
  CHECK(agent.turn.vad_threshold == Approx(0.25));
  CHECK(agent.greeting == "Hi there");
  CHECK(agent.voice == "a");
  CHECK(agent.limits.max_history_messages == 12);
  CHECK(agent.stt.name == "ear");
  CHECK(agent.stt.options.integer("beam") == 5);
}

TEST_CASE("an option's own variable counts, its full name before it") {
  const std::string toml = "[stt]\nprovider = \"ear\"\nbeam = 3";
  CHECK(parsed(toml, {{"EAR_BEAM", "4"}}).stt.options.integer("beam") == 4);
  CHECK(
      parsed(toml, {{"EAR_BEAM", "4"}, {"VOICEAGENT_STT_BEAM", "6"}}).stt.options.integer("beam") ==
      6);
}

TEST_CASE("an empty variable counts as not set") {
  CHECK(parsed("[agent]\nvoice = 'a'", {{"VOICEAGENT_AGENT_VOICE", ""}}).voice == "a");
}

TEST_CASE("the file's options go with the file's provider when the environment names another") {
  const va::AgentOptions agent =
      parsed("[stt]\nprovider = \"ear\"\nbeam = 3", {{"VOICEAGENT_STT_PROVIDER", "shell"}});
  CHECK(agent.stt.name == "shell");
  CHECK(agent.stt.options.values().empty());
}

TEST_CASE("a configuration file is read from where it lies") {
  const auto directory = std::filesystem::temp_directory_path() / "voiceagent_agent_config_test";
  std::filesystem::create_directories(directory);
  const std::string path = (directory / "agent.toml").string();
  std::ofstream(path) << "[stt]\nprovider = \"ear\"\nmodel = \"en\"\n";
  const auto agent = va::load_agent_config(path, va::test_registry(), {});
  std::filesystem::remove_all(directory);
  REQUIRE(agent.ok());
  CHECK(agent->stt.options.string("model") == (directory / "en").string());
}

TEST_CASE("without a file the environment is applied to the defaults") {
  const auto agent =
      va::load_agent_config("", va::test_registry(), {{"VOICEAGENT_AGENT_VOICE", "slt"}});
  REQUIRE(agent.ok());
  CHECK(agent->voice == "slt");
}

TEST_CASE("a configuration file that isn't there is named") {
  const auto agent = va::load_agent_config("/nonexistent/agent.toml", va::test_registry(), {});
  REQUIRE_FALSE(agent.ok());
  CHECK(agent.status().code() == va::ErrorCode::kNotFound);
  CHECK_THAT(agent.status().message(), Catch::Matchers::Contains("/nonexistent/agent.toml"));
}
