/// @file
/// Random simulation: conversations drawn from a seed, with everything going wrong that can, and
/// checked against what a conversation guarantees.
///
/// A seed decides the agent's configuration, how its providers behave and fail, the network, and
/// what the user and the host do. A run takes virtual time only, and is the same every time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "voiceagent/export.h"
#include "voiceagent/time.h"

namespace voiceagent::sim {

/// How random conversations are held.
struct RandomOptions {
  Duration length{40'000'000'000};  ///< About how long the user stays.
  bool timeline = false;            ///< Keep the timeline also of runs in which nothing was wrong.
};

/// A guarantee that did not hold.
struct Violation {
  std::string invariant;  ///< Which, in a few words.
  std::string detail;     ///< What was seen.
  Duration at{0};         ///< When, on the session's clock.
};

/// What became of a random conversation.
struct RandomRun {
  std::uint64_t seed = 0;             ///< That it was drawn from.
  std::vector<Violation> violations;  ///< The first of each kind; empty: all was well.
  std::string timeline;               ///< Line by line: what was drawn, done and told, but audio.
  std::uint64_t digest = 0;           ///< Over all events with all that is in them.
  std::uint64_t events = 0;           ///< How many.
  std::uint64_t turns = 0;            ///< The user's turns that were answered.
  Duration simulated{0};              ///< How long it lasted, in virtual time.
};

/// Holds the conversation of that seed. Any thread; blocks until it is over.
VOICEAGENT_EXPORT RandomRun run_random(std::uint64_t seed, const RandomOptions& options = {});

}  // namespace voiceagent::sim
