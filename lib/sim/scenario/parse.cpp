#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "sim/scenario/parse.h"
#include "voiceagent/config.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} * 1024 * 1024;

// Whether `json` is something that an option can be.
bool read_option(const Json& json, OptionValue& value) {
  if (json.type() == JsonType::kBool) {
    value = json.boolean();
  } else if (json.is_string()) {
    value = std::string(json.string());
  } else if (json.type() == JsonType::kNumber && json.integer(0) == json.integer(1)) {
    value = json.integer();
  } else if (json.type() == JsonType::kNumber) {
    value = json.number();
  } else {
    return false;
  }
  return true;
}

// A section of the configuration: every key that a configuration file may have there.
void parse_section(ObjectReader& scenario, std::string_view section, AgentOptions& agent) {
  if (!scenario.has(section)) return;
  const Json json = scenario.get(section);
  Problems& out = scenario.problems();
  const std::string path = scenario.path(section);
  if (!json.is_object()) return out.add(path, "must be an object");
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string key(json.key_at(i));
    const std::string place = path + "." + key;
    OptionValue value;
    if (!read_option(json.at(i), value)) {
      out.add(place, "must not be " + std::string(type_name(json.at(i).type())));
      continue;
    }
    const Status status = set_agent_option(agent, section, key, value);
    if (!status.ok()) out.add(place, status.message());
  }
}

SessionOptions parse_session(const Json& json, const std::string& path, Problems& out) {
  SessionOptions session;
  ObjectReader reader(json, path, out);
  ObjectReader::put(session.output_rate,
                    reader.integer("output_rate", kMinSampleRate, kMaxSampleRate));
  ObjectReader::put(session.playout_delay, reader.ms("playout_delay_ms"));
  reader.refuse_the_rest();
  return session;
}

constexpr std::size_t kMaxSteps = 100'000;  // with all their repeats

// How many steps will be made, if not more than there may be.
std::size_t count_steps(const std::vector<Step>& steps) {
  std::size_t count = steps.size();
  for (const Step& step : steps) {
    const auto* repeat = std::get_if<step::Repeat>(&step.action);
    if (repeat == nullptr) continue;
    count += static_cast<std::size_t>(repeat->times) * count_steps(repeat->steps);
    count = std::min(count, kMaxSteps + 1);
  }
  return count;
}

// The names of steps, and where each stands. No two have the same.
using StepNames = std::map<std::string, std::string>;

void collect_names(const std::vector<Step>& steps, const std::string& path, StepNames& names,
                   Problems& out) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string place = element_path(path, i);
    const std::string& name = steps[i].name;
    const auto [other, is_new] = names.emplace(name, place);
    if (!is_new && !name.empty()) {
      out.add(place + ".name",
              other->second + " is called '" + name + "' too; give each step a name of its own");
    }
    if (const auto* repeat = std::get_if<step::Repeat>(&steps[i].action)) {
      collect_names(repeat->steps, place + ".repeat.steps", names, out);
    }
  }
}

// Timings may speak of steps by their names.
void check_step_names(const Scenario& scenario, Problems& out) {
  StepNames names;
  collect_names(scenario.steps, "steps", names, out);
  names.erase("");
  std::vector<std::string> known;
  for (const auto& [name, place] : names) known.push_back(name);
  for (std::size_t i = 0; i < scenario.expect.timings.size(); ++i) {
    const TimingExpectation& timing = scenario.expect.timings[i];
    const std::string path = element_path("expect.timings", i);
    for (const auto& [anchor, key] : {std::pair(&timing.from, "from"), {&timing.to, "to"}}) {
      if (anchor->step.empty() || names.contains(anchor->step)) continue;
      out.add(path + "." + key,
              "no step has the name '" + anchor->step + "'" + hint(anchor->step, known));
    }
  }
}

// Whether there are sounds as loud as words: resampled, they read as other words, or as words.
bool speaks(const std::vector<Step>& steps) {
  constexpr double kQuietDb = -18.4;
  return std::ranges::any_of(steps, [](const Step& step) {
    const auto* noise = std::get_if<step::Noise>(&step.action);
    const auto* repeat = std::get_if<step::Repeat>(&step.action);
    return std::holds_alternative<step::Say>(step.action) ||
           (noise != nullptr && noise->level_db > kQuietDb) ||
           (repeat != nullptr && speaks(repeat->steps));
  });
}

void check_rate(int rate, const std::string& path, int microphone, Problems& out) {
  if (rate == microphone) return;
  out.add(path, "is " + std::to_string(rate) + ", the microphone's rate " +
                    std::to_string(microphone) +
                    ": words and loud sounds don't outlive resampling; make them the same");
}

void check_steps_rates(const std::vector<Step>& steps, const std::string& path, int rate,
                       Problems& out) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string place = element_path(path, i);
    if (const auto* repeat = std::get_if<step::Repeat>(&steps[i].action)) {
      check_steps_rates(repeat->steps, place + ".repeat.steps", rate, out);
    } else if (const auto* change = std::get_if<step::Microphone>(&steps[i].action)) {
      check_rate(change->rate.value_or(rate), place + ".microphone.rate", rate, out);
    }
  }
}

// Where words are spoken, the way from the microphone to the recogniser must have one rate.
void check_rates(const Scenario& scenario, Problems& out) {
  if (!speaks(scenario.steps)) return;
  const int rate = scenario.microphone.rate.value_or(16'000);
  check_rate(scenario.providers.vad_rate, "vad.sample_rate", rate, out);
  for (const SttScript& stt : scenario.providers.stt) {
    check_rate(stt.sample_rate, "stt.sample_rate", rate, out);
  }
  for (const SttScript& stt : scenario.providers.stt_fallbacks) {
    check_rate(stt.sample_rate, "fallbacks.stt.sample_rate", rate, out);
  }
  check_steps_rates(scenario.steps, "steps", rate, out);
}

Scenario parse_document(const Json& json, Problems& out) {
  Scenario scenario;
  ObjectReader reader(json, "", out);
  if (!json.is_object()) return scenario;
  ObjectReader::put(scenario.name, reader.text("name"));
  ObjectReader::put(scenario.description, reader.text("description"));
  ObjectReader::put(scenario.seed, reader.integer("seed", 0, std::int64_t{1} << 52));
  scenario.agent.resilience.apology.clear();  // unless the scenario is about it
  for (const std::string_view section : {"agent", "turn", "limits", "resilience"}) {
    parse_section(reader, section, scenario.agent);
  }
  if (const Status status = check_agent_options(scenario.agent); !status.ok()) {
    out.add("", status.message());
  }
  scenario.providers = parse_providers(reader);
  if (reader.has("session")) {
    scenario.session = parse_session(reader.get("session"), "session", out);
  }
  if (reader.has("far_end")) {
    scenario.far_end = parse_far_end(reader.get("far_end"), "far_end", out);
  }
  if (reader.has("microphone")) {
    scenario.microphone = parse_microphone(reader.get("microphone"), "microphone", out);
  }
  if (!reader.has("steps")) out.add("", "has no 'steps'");
  if (reader.has("steps")) scenario.steps = parse_steps(reader.get("steps"), "steps", out);
  ObjectReader::put(scenario.settle, reader.ms("settle_ms"));
  ObjectReader::put(scenario.heard_tolerance, reader.ms("heard_tolerance_ms"));
  if (reader.has("expect")) {
    scenario.expect = parse_expectations(reader.get("expect"), "expect", out);
  }
  reader.refuse_the_rest();
  if (count_steps(scenario.steps) > kMaxSteps) {
    out.add("steps", "come to more than " + std::to_string(kMaxSteps) +
                         " with all their repeats; repeat less often");
  }
  check_step_names(scenario, out);
  check_rates(scenario, out);
  return scenario;
}

}  // namespace

std::span<const CloseReason> close_reasons() {
  static constexpr std::array kReasons{CloseReason::kHost,  CloseReason::kUser,
                                       CloseReason::kAgent, CloseReason::kError,
                                       CloseReason::kLimit, CloseReason::kIdle};
  return kReasons;
}

Result<Scenario> parse_scenario(std::string_view json, std::string_view file) {
  Problems problems(file);
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    problems.add("", "is empty; the least scenario is {\"steps\": [{\"say\": \"hello\"}]}");
    return problems.status();
  }
  const Result<Json> document = Json::parse(json);
  if (!document.ok()) return document.status().within(file);
  Scenario scenario = parse_document(*document, problems);
  if (!problems.empty()) return problems.status();
  if (scenario.name.empty()) scenario.name = std::filesystem::path(file).stem().string();
  return scenario;
}

Result<Scenario> load_scenario(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return not_found(path + ": no such file");
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  if (!file || std::filesystem::is_directory(path, error))
    return io_error(path + ": can't be read");
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return io_error(path + ": can't be read");
  if (text.size() > kMaxBytes) return invalid_argument(path + ": more than 4 MiB: no scenario");
  return parse_scenario(text, path);
}

}  // namespace voiceagent::sim
