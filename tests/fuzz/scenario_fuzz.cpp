// Any bytes as a scenario: refused, with the file on each line of what is wrong, or a scenario that
// can be run. Short ones are run.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "voiceagent/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace sim = voiceagent::sim;
using voiceagent::to_ms;

constexpr double kShortMs = 20'000;

void demand(bool promise) {
  if (!promise) std::abort();
}

void check_refusal(const voiceagent::Status& status) {
  demand(status.code() == voiceagent::ErrorCode::kInvalidArgument);
  demand(voiceagent::is_valid_utf8(status.message()));
  std::string_view rest = status.message();
  demand(!rest.empty());
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    demand(rest.substr(0, end).starts_with("any.json: "));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

// About how many milliseconds the steps take; what waits for events may take until it has settled.
double length_of(const std::vector<sim::Step>& steps) {
  namespace step = sim::step;
  double sum = 0;
  for (const sim::Step& one : steps) {
    sum += to_ms(one.when.plus) + to_ms(one.when.at.value_or(voiceagent::Duration(0)));
    if (const auto* noise = std::get_if<step::Noise>(&one.action)) sum += to_ms(noise->length);
    if (const auto* silence = std::get_if<step::Silence>(&one.action))
      sum += to_ms(silence->length);
    if (const auto* keys = std::get_if<step::Keys>(&one.action)) {
      sum += to_ms(keys->interval) * static_cast<double>(keys->digits.size());
    }
    if (const auto* say = std::get_if<step::Say>(&one.action)) {
      for (const step::Say::Piece& piece : say->pieces) {
        sum += to_ms(piece.pause) +
               to_ms(sim::kCharacterTime) * static_cast<double>(piece.words.size());
      }
    }
    if (const auto* repeat = std::get_if<step::Repeat>(&one.action)) {
      sum += (length_of(repeat->steps) + to_ms(repeat->every)) * repeat->times;
    }
    if (sum > kShortMs) return sum;
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto scenario = sim::parse_scenario(bytes, "any.json");
  if (!scenario.ok()) {
    check_refusal(scenario.status());
    return 0;
  }
  demand(!scenario->steps.empty());
  if (to_ms(scenario->settle) > kShortMs || length_of(scenario->steps) > kShortMs) return 0;
  const sim::ScenarioResult result = sim::run_scenario(*scenario);
  demand(result.passed() == result.failures.empty());
  return 0;
}
