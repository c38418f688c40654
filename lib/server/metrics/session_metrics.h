// What sessions do, counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "server/metrics/counters.h"
#include "server/metrics/exposition.h"
#include "server/metrics/resilience_metrics.h"
#include "transports/transport_host.h"
#include "voiceagent/agent.h"
#include "voiceagent/session.h"
#include "voiceagent/turn_statistics.h"

namespace voiceagent::server {

// The names of the providers, for labels.
struct ProviderNames {
  std::string stt;
  std::string llm;
  std::string tts;
};

// Any thread, but for watch().
class SessionMetrics : public std::enable_shared_from_this<SessionMetrics> {
 public:
  // Counts what happens in `session` from now on. On its executor, before its first event.
  void watch(Session& session, std::string_view transport);
  void count(transports::TransportCount what, std::uint64_t by);
  void set_providers(ProviderNames names);
  // Sessions that are open.
  std::uint64_t open() const;
  void expose(Exposition& out) const;

 private:
  struct Transport {
    Counter opened;
    Counter closed;
  };
  using ErrorKey = std::tuple<std::string, std::string, std::string>;  // stage, provider, code

  void add_turn(const event::TurnMetrics& metrics);
  void add_error(const event::Error& error);
  void watch_calls(EventBus& events);
  void expose_sessions(Exposition& out) const;
  void expose_providers(Exposition& out) const;
  Transport& transport(std::string_view name);

  mutable std::mutex mutex_;  // of the maps and the names; counters are free of it
  std::map<std::string, std::unique_ptr<Transport>, std::less<>> transports_;
  std::map<ErrorKey, std::uint64_t> errors_;
  ProviderNames names_;
  const std::shared_ptr<ResilienceMetrics> resilience_ = std::make_shared<ResilienceMetrics>();
  std::array<Counter, 8> closed_;  // by CloseReason
  Counter turns_;
  Counter interrupted_;
  Counter dropped_turns_;
  std::array<DurationHistogram, kTurnStages> stages_;
  Counter stt_calls_;
  Counter llm_calls_;
  Counter tts_calls_;
  std::array<Counter, 8> transport_counts_;  // by TransportCount
};

}  // namespace voiceagent::server
