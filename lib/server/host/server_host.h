// What the server is to its transports: who may talk, whether there is room, and to whom.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.h"
#include "server/host/clip_store.h"
#include "server/metrics/session_metrics.h"
#include "server/telemetry/otlp_exporter.h"
#include "transports/dialogue/dialogues.h"
#include "transports/session_directory.h"
#include "transports/transport_host.h"
#include "voiceagent/engine.h"
#include "voiceagent/server.h"

namespace voiceagent::server {

// What lives as long as the server. Constant.
struct HostParts {
  std::vector<std::shared_ptr<net::Loop>> loops;
  std::shared_ptr<WorkerPool> workers;
  std::shared_ptr<Logger> logger;
  std::shared_ptr<Engine> engine;  // on those loops and workers
  std::shared_ptr<SessionMetrics> metrics;
  std::shared_ptr<OtlpExporter> traces;  // null: none are wanted
  std::string recordings{};              // folder for them; empty: nothing is recorded
};

// Any thread. Where a clip can be fetched: under kClipPath and its name.
class ServerHost final : public transports::TransportHost {
 public:
  static constexpr std::string_view kClipPath = "/api/v1/voice/clips/";

  ServerHost(const ServerOptions& options, HostParts parts);
  ~ServerHost() override;

  // Serves `agent` from now on. Once. The error is the agent's.
  Status set_agent(std::shared_ptr<Agent> agent);
  // The agent, or null while it loads.
  std::shared_ptr<Agent> base_agent() const;
  // Ok: there is an agent, and the end hasn't begun. Else kUnavailable.
  Status serving() const;
  // Ok: it takes sessions. Else why not, and kUnavailable or kResourceExhausted: for how long.
  Status readiness() const;
  // Takes no new sessions from now on.
  void begin_drain() { draining_.store(true); }
  // Ends all sessions and dialogues.
  void end_sessions();

  // Who sends a request that is no WebSocket: without tokens, one principal per address.
  Result<transports::Principal> authenticate_http(const net::HttpRequest& request) const;
  // The clip of that name, or null.
  std::shared_ptr<const transports::Clip> find_clip(std::string_view name,
                                                    const transports::Principal& who);
  ClipStatistics clips() const { return clips_.statistics(); }
  const HostParts& parts() const { return parts_; }
  // How late the latest loop is.
  static Duration lateness_of(const std::vector<std::shared_ptr<net::Loop>>& loops);
  Duration lateness() const { return lateness_of(parts_.loops); }
  std::size_t session_count() const { return slots_->load(); }
  // REQUIRES: base_agent() != nullptr.
  std::size_t dialogue_count() { return dialogues().size(); }

  Result<transports::Principal> authenticate(const net::HttpRequest& request,
                                             std::string_view token) override;
  transports::Admission admit(const transports::Principal& principal) override;
  Result<std::shared_ptr<Agent>> agent(const transports::Principal& principal,
                                       const protocols::AgentOverrides& overrides) override;
  Result<std::string> keep_clip(const transports::Principal& owner, transports::Clip clip) override;
  transports::SessionDirectory& sessions() override { return sessions_; }
  transports::Dialogues& dialogues() override { return *dialogues_; }
  const transports::TransportOptions& options() const override { return transport_options_; }
  const std::shared_ptr<Logger>& logger() override { return parts_.logger; }
  const std::shared_ptr<WorkerPool>& workers() override { return parts_.workers; }
  const std::shared_ptr<net::ByteBudget>& incoming() override { return incoming_; }
  bool draining() const override { return draining_.load(); }
  void session_opening(Session& session, std::string_view transport,
                       const transports::Principal& principal) override;
  void count(transports::TransportCount what, std::uint64_t by) override {
    parts_.metrics->count(what, by);
  }

 private:
  Status check_token(const net::HttpRequest& request, std::string_view token) const;
  Status check_overrides(const protocols::AgentOverrides& overrides) const;
  std::shared_ptr<Agent> recorded(std::shared_ptr<Agent> agent) const;

  const HostParts parts_;
  const std::string token_;
  const std::size_t max_sessions_;
  const Duration max_lateness_;
  const std::size_t min_sessions_;
  const std::vector<std::string> overridable_;
  const transports::TransportOptions transport_options_;
  const std::shared_ptr<net::ByteBudget> incoming_;
  transports::SessionDirectory sessions_;
  ClipStore clips_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> has_agent_{false};
  // Shared with the slots, which may outlive the host.
  std::shared_ptr<std::atomic<std::size_t>> slots_ = std::make_shared<std::atomic<std::size_t>>(0);
  // Constant once has_agent_ is true.
  std::shared_ptr<Agent> agent_;
  std::unique_ptr<transports::Dialogues> dialogues_;
};

}  // namespace voiceagent::server
