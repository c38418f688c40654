// Failures that sessions got over, counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "server/metrics/exposition.h"
#include "voiceagent/event_bus.h"

namespace voiceagent::server {

// Any thread, but for watch().
class ResilienceMetrics : public std::enable_shared_from_this<ResilienceMetrics> {
 public:
  // Counts what happens in a session from now on. On its executor.
  void watch(EventBus& events);
  void expose(Exposition& out) const;

 private:
  // What the labels say: names of providers, which the configuration bounds, and of enums.
  template <std::size_t N>
  using Counts = std::map<std::array<std::string, N>, std::uint64_t>;

  template <std::size_t N>
  void add(Counts<N>& counts, std::array<std::string, N> labels);

  mutable std::mutex mutex_;
  Counts<4> failovers_;  // stage, from, to, code
  Counts<3> breakers_;   // stage, provider, state
  Counts<2> delays_;     // stage, provider
  Counts<2> hedged_;     // first, second
};

}  // namespace voiceagent::server
