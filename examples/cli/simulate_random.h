// voiceagent simulate --random: conversations drawn from seeds, checked against what a conversation
// guarantees.
#pragma once

#include <cstdint>

namespace CLI {
class App;
}

namespace cli {

// The largest that a seed may be, as in a scenario: a JSON number holds it exactly.
constexpr std::uint64_t kLastSeed = std::uint64_t{1} << 52;

struct RandomOptions {
  bool random = false;
  std::uint64_t seeds = 1'000;
  std::uint64_t from = 1;
  bool timeline = false;
};

// Adds the options to the command.
void add_random_options(CLI::App& command, RandomOptions& options);

// Runs the seeds, `jobs` at once, prints what came of them, and gives the exit code.
int simulate_random(const RandomOptions& options, unsigned jobs, bool json);

}  // namespace cli
