#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The target ends the program when a promise is broken.
void feed(std::string_view text) {
  const std::string copy(text);  // of exactly that size, so that a sanitizer sees its end
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size()) ==
        0);
}

const std::string kScenario = R"({"name": "all", "seed": 3, "turn": {"endpointing_min_ms": 200},
  "stt": {"final_delay_ms": {"ms": 10, "jitter_ms": 20}}, "llm": {"reply": "Yes.", "faults": {"error": 0.1}},
  "tts": [{"first_audio_ms": 5}, {}], "far_end": {"delay_ms": 10}, "microphone": {"frame_samples": [320, 77]},
  "settle_ms": 3000, "steps": [{"name": "a", "say": ["one", 100, "two"]},
  {"after": {"event": "turn_ended", "with": {"text": {"contains": "one"}}}, "plus_ms": 10, "noise_ms": 50},
  {"repeat": {"times": 2, "every_ms": 100, "steps": [{"keys": "1#"}]}}, {"do": "interrupt"}],
  "expect": {"timings": [{"from": {"step_end": "a"}, "to": "turn_ended", "max_ms": 900, "every": true}],
  "context": [{"user": "x"}], "heard": {"contains": ["y"]}, "errors": {"max": 2}}})";

TEST_CASE("every beginning of a scenario does no harm") {
  for (std::size_t size = 0; size <= kScenario.size(); ++size) feed(kScenario.substr(0, size));
}

TEST_CASE("a scenario with any one value in the place of another does no harm") {
  for (const std::string_view value :
       {"null", "true", "-1", "0", "1e300", "1.5", "\"\"", "\"x\"", "[]", "{}", "[[]]"}) {
    for (std::size_t at = kScenario.find(": "); at != std::string::npos;
         at = kScenario.find(": ", at + 1)) {
      // The value ends where its scalar does; what is left of a list or an object makes bad JSON.
      const std::size_t end = kScenario.find_first_of(",}]", at);
      std::string other = kScenario;
      feed(other.replace(at + 2, end - at - 2, value));
    }
  }
}

TEST_CASE("every key misspelt does no harm") {
  for (std::size_t at = kScenario.find("\": "); at != std::string::npos;
       at = kScenario.find("\": ", at + 1)) {
    std::string other = kScenario;
    other[at - 1] = '\x01';
    feed(other);
    other[at - 1] = '~';
    feed(other);
  }
}

TEST_CASE("huge numbers, long lists and deep nesting do no harm") {
  std::string steps;
  for (int i = 0; i < 5'000; ++i) steps += R"({"say": "a"},)";
  feed(R"({"steps": [)" + steps + R"({"say": "a"}]})");
  std::string deep = R"({"say": "a"})";
  for (int i = 0; i < 15; ++i) deep = R"({"repeat": {"times": 1000000, "steps": [)" + deep + "]}}";
  feed(R"({"steps": [)" + deep + "]}");
  feed(R"({"steps": [{"silence_ms": 86400000}], "settle_ms": 86400000})");
  feed(
      R"({"steps": [{"say": "a"}], "microphone": {"frame_samples": [192000, 1]}, "settle_ms": 1000})");
}

TEST_CASE("the scenarios of the tests are scenarios to the target too") {
  const std::filesystem::path folder = std::filesystem::path(VA_TEST_DATA_DIR) / "../scenarios";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (++count % 10 == 0) feed(text);  // a tenth of them: all are run elsewhere
  }
  CHECK(count >= 60);
}

}  // namespace
