// What the agent is, as far as a client may know.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "server/routes/routes.h"
#include "voiceagent/json.h"

namespace voiceagent::server {
namespace {

using SharedCall = std::shared_ptr<Call>;

std::int64_t whole_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// The agent, or an answer that it is not there yet.
std::shared_ptr<Agent> agent_or_refusal(const Services& services, const SharedCall& call) {
  std::shared_ptr<Agent> agent = services.host->base_agent();
  if (agent == nullptr) call->fail(services.host->readiness());
  return agent;
}

void write_engine(JsonWriter& json, const Engine& engine) {
  const EngineLoad load = engine.load();
  json.key("engine")
      .begin_object()
      .field("sessions", std::uint64_t{load.sessions})
      .field("admitted", load.admitted)
      .field("refused", load.refused)
      .field("shedding", to_string(load.shedding))
      .end_object();
  json.key("pools").begin_array();
  for (const PoolStatus& pool : engine.pools()) {
    json.begin_object()
        .field("name", pool.name)
        .field("in_use", std::uint64_t{pool.in_use})
        .field("idle", std::uint64_t{pool.idle})
        .field("maximum", std::uint64_t{pool.maximum})
        .field("waiting", std::uint64_t{pool.waiting})
        .field("created", pool.created)
        .field("failed", pool.failed)
        .field("waits", pool.waits);
    json.key("wait_p50_ms").number(to_ms(pool.wait_p50), 3);
    json.key("wait_p99_ms").number(to_ms(pool.wait_p99), 3).end_object();
  }
  json.end_array();
}

void answer_status(const Services& services, const SharedCall& call) {
  const ServerHost& host = *services.host;
  const Status ready = services.readiness();
  JsonWriter json;
  json.begin_object().field("status", ready.ok() ? "ready" : "not ready");
  if (!ready.ok()) json.field("reason", ready.message());
  json.field("sessions", std::uint64_t{host.session_count()})
      .field("max_sessions", std::uint64_t{services.options.max_ws_connections})
      .field("web_sockets", services.connections().web_sockets);
  if (host.base_agent() != nullptr) {
    json.field("conversations", std::uint64_t{services.host->dialogue_count()});
  }
  json.key("lateness_ms").number(to_ms(host.lateness()), 3);
  write_engine(json, *host.parts().engine);
  json.end_object();
  call->answer_json(json);
}

// How well something works; a whole fares as badly as its worst part.
enum class Health { kOk, kDegraded, kUnavailable };

std::string_view to_string(Health health) {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "degraded", "unavailable"};
  return kNames[static_cast<std::size_t>(health)];
}

Health health_of(BreakerState breaker) {
  if (breaker == BreakerState::kOpen) return Health::kUnavailable;
  return breaker == BreakerState::kClosed ? Health::kOk : Health::kDegraded;
}

// As long as one of the chain can be asked, there is an answer.
Health health_of(const std::vector<ProviderStatus>& chain) {
  const auto fares = [&chain](Health health) {
    return std::ranges::all_of(
        chain, [health](const ProviderStatus& link) { return health_of(link.breaker) == health; });
  };
  if (fares(Health::kOk)) return Health::kOk;
  return fares(Health::kUnavailable) ? Health::kUnavailable : Health::kDegraded;
}

// Those of `all` that are tried one after the other.
std::vector<ProviderStatus> chain_of(ProviderKind kind, const std::vector<ProviderStatus>& all) {
  std::vector<ProviderStatus> chain;
  std::ranges::copy_if(all, std::back_inserter(chain),
                       [kind](const ProviderStatus& link) { return link.kind == kind; });
  return chain;
}

void write_chain(JsonWriter& json, ProviderKind kind, const std::vector<ProviderStatus>& chain) {
  json.key(to_string(kind)).begin_object();
  json.field("provider", chain.empty() ? std::string() : chain.front().name);
  json.field("status", chain.empty() ? "none" : to_string(health_of(chain)));
  json.key("chain").begin_array();
  for (const ProviderStatus& link : chain) {
    json.begin_object()
        .field("provider", link.name)
        .field("status", to_string(health_of(link.breaker)))
        .end_object();
  }
  json.end_array().end_object();
}

void answer_voice_health(const Services& services, const SharedCall& call) {
  const auto agent = agent_or_refusal(services, call);
  if (agent == nullptr) return;
  const std::vector<ProviderStatus> all = agent->provider_states();
  constexpr std::array kKinds{ProviderKind::kStt, ProviderKind::kLlm, ProviderKind::kTts};
  Health whole = Health::kOk;
  for (const ProviderKind kind : kKinds) whole = std::max(whole, health_of(chain_of(kind, all)));
  JsonWriter json;
  json.begin_object().field("status", to_string(whole)).key("providers").begin_object();
  for (const ProviderKind kind : kKinds) write_chain(json, kind, chain_of(kind, all));
  json.key("vad")
      .begin_object()
      .field("provider", agent->options().vad.name)
      .field("status", agent->providers().vad != nullptr ? "ok" : "none")
      .end_object();
  json.end_object().end_object();
  call->answer_json(json);
}

void write_turn_taking(JsonWriter& json, const Services& services, const TurnOptions& turn) {
  json.key("turn")
      .begin_object()
      .field("vad", services.options.enable_vad && !turn.manual_end)
      .field("interruption", to_string(turn.interruption))
      .field("typed_text", to_string(turn.typed_text));
  json.field("endpointing_min_ms", whole_ms(turn.endpointing_min));
  json.field("endpointing_max_ms", whole_ms(turn.endpointing_max));
  json.end_object();
}

void write_audio(JsonWriter& json) {
  json.key("audio").begin_array();
  for (const std::string_view encoding : {"s16le", "mulaw", "opus"}) {
    json.begin_object().field("encoding", encoding).key("sample_rates").begin_array();
    json.value(8'000);
    if (encoding != "mulaw") json.value(16'000).value(24'000).value(48'000);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_limits(JsonWriter& json, const Services& services, const LimitOptions& limits) {
  const ServerOptions& options = services.options;
  json.key("limits")
      .begin_object()
      .field("max_body_bytes", std::uint64_t{options.http.max_body_bytes})
      .field("max_message_bytes", std::uint64_t{options.web_socket.max_message_bytes})
      .field("max_text_bytes", std::uint64_t{limits.max_input_text_bytes})
      .field("max_sessions", std::uint64_t{options.max_ws_connections})
      .field("requests_per_minute", options.http.rate_limit);
  json.field("resume_grace_ms", whole_ms(options.web_socket.resume_grace));
  json.end_object();
}

// Names and settings that a client can use; no keys, no instructions, no options of providers.
void answer_config(const Services& services, const SharedCall& call) {
  const auto agent = agent_or_refusal(services, call);
  if (agent == nullptr) return;
  const AgentOptions& options = agent->options();
  const transports::Selection selection = services.select(call->request(), "");
  JsonWriter json;
  json.begin_object()
      .field("mode", to_string(options.mode))
      .field("language", options.language)
      .field("voice", options.voice)
      .field("authentication", services.options.auth.token.empty() ? "none" : "bearer");
  json.key("voices").begin_array();
  if (const auto tts = agent->providers().tts) {
    for (const std::string& voice : tts->capabilities().voices) json.value(voice);
  }
  json.end_array();
  write_turn_taking(json, services, options.turn);
  write_audio(json);
  write_limits(json, services, options.limits);
  json.key("transport")
      .begin_object()
      .field("name", selection.name)
      .field("reason", selection.reason);
  if (!selection.notice.empty()) json.field("notice", selection.notice);
  json.end_object();
  json.key("transports").begin_array();
  for (const transports::TransportAdapter& adapter : services.adapters.adapters()) {
    json.begin_object().field("name", adapter.name);
    if (!adapter.paths.empty()) json.field("path", adapter.paths.front());
    json.end_object();
  }
  json.end_array().end_object();
  call->answer_json(json);
}

}  // namespace

void add_voice_routes(Services& services) {
  services.router.add({"GET", "/voice/status", "Sessions, capacity, readiness",
                       [&services](const SharedCall& call) { answer_status(services, call); }});
  services.router.add(
      {"GET", "/voice/health", "The engines behind the agent",
       [&services](const SharedCall& call) { answer_voice_health(services, call); }});
  services.router.add({"GET", "/voice/config", "Modes, voices, audio formats, limits, transports",
                       [&services](const SharedCall& call) { answer_config(services, call); }});
}

}  // namespace voiceagent::server
