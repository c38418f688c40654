#include "server/host/server_host.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/ids.h"
#include "base/text.h"
#include "server/http/secret.h"
#include "server/telemetry/session_log.h"
#include "server/telemetry/session_traces.h"
#include "voiceagent/session_recorder.h"

namespace voiceagent::server {
namespace {

using transports::Admission;
using transports::Clip;
using transports::Principal;

constexpr std::size_t kMaxOverrideBytes = std::size_t{16} * 1024;

Duration steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::string_view bearer_token(const net::HttpRequest& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view header = request.header("authorization");
  if (header.size() < kScheme.size()) return {};
  if (to_lower(header.substr(0, kScheme.size())) != kScheme) return {};
  return trim(header.substr(kScheme.size()));
}

transports::TransportOptions transport_options(const ServerOptions& options, Duration retry_after) {
  transports::TransportOptions result;
  result.start_timeout = options.web_socket.start_timeout;
  result.resume_grace = options.web_socket.resume_grace;
  result.retry_after = retry_after;
  result.max_errors = options.web_socket.max_errors;
  result.answer_timeout = options.http.answer_timeout;
  return result;
}

// One client can't take the room of all. Its largest message always fits; while one is being read,
// it counts twice.
std::size_t incoming_of_client(const ServerOptions& options) {
  const std::size_t message =
      std::max(options.http.max_body_bytes, options.web_socket.max_message_bytes);
  return std::max(options.max_incoming_bytes / 4, 2 * message);
}

// One that is loaded, with its fallbacks in it.
template <class Provider>
void use(ProviderChoice<Provider>& choice, std::shared_ptr<Provider> provider) {
  choice.fallbacks.clear();
  choice.instance = std::move(provider);
}

// The same providers, already loaded.
AgentOptions with_loaded_providers(const Agent& agent) {
  AgentOptions options = agent.options();
  const SessionProviders providers = agent.providers();
  use(options.stt, providers.stt);
  use(options.llm, providers.llm);
  use(options.tts, providers.tts);
  use(options.vad, providers.vad);
  return options;
}

}  // namespace

ServerHost::ServerHost(const ServerOptions& options, HostParts parts)
    : parts_(std::move(parts)),
      token_(options.auth.token),
      max_sessions_(options.max_ws_connections),
      max_lateness_(options.max_lateness),
      min_sessions_(options.min_sessions),
      overridable_(options.web_socket.overridable),
      transport_options_(transport_options(options, parts_.engine->load().retry_after)),
      incoming_(std::make_shared<net::ByteBudget>(options.max_incoming_bytes,
                                                  incoming_of_client(options))),
      clips_(options.http.clip_lifetime, options.http.clip_memory) {}

ServerHost::~ServerHost() = default;

Status ServerHost::set_agent(std::shared_ptr<Agent> agent) {
  auto utterance_agent = parts_.engine->make_agent(transports::utterance_agent_options(*agent));
  if (!utterance_agent.ok()) return utterance_agent.status();
  transports::DialogueOptions options;
  options.max_sessions = max_sessions_;
  options.deadline = transport_options_.answer_timeout;
  const AgentOptions& made_from = agent->options();
  parts_.metrics->set_providers({made_from.stt.name, made_from.llm.name, made_from.tts.name});
  dialogues_ = transports::Dialogues::create(*this, recorded(std::move(*utterance_agent)), options);
  agent_ = recorded(std::move(agent));
  has_agent_.store(true);
  return {};
}

// The agent, or one all of whose sessions are recorded, if that is wanted.
std::shared_ptr<Agent> ServerHost::recorded(std::shared_ptr<Agent> agent) const {
  if (parts_.recordings.empty()) return agent;
  return record_sessions(std::move(agent), parts_.recordings,
                         [logger = parts_.logger](const std::string& path, const Status& status) {
                           if (status.ok()) return;
                           logger->write(LogLevel::kError, "server",
                                         "the recording " + path + ": " + status.message());
                         });
}

std::shared_ptr<Agent> ServerHost::base_agent() const {
  return has_agent_.load() ? agent_ : nullptr;
}

Status ServerHost::serving() const {
  if (draining()) return unavailable("the server is shutting down");
  if (!has_agent_.load()) return unavailable("the agent is still being loaded: try again soon");
  return {};
}

Status ServerHost::readiness() const {
  if (Status status = serving(); !status.ok()) return status;
  if (slots_->load() >= max_sessions_) {
    return resource_exhausted("all " + std::to_string(max_sessions_) +
                              " sessions are taken: try again later");
  }
  // The engine of an agent that the host brought may know nothing of the loops.
  if (slots_->load() >= min_sessions_ && lateness() >= max_lateness_) {
    return resource_exhausted("the server is busy: try again in a moment");
  }
  return agent_->check_room();
}

void ServerHost::end_sessions() {
  sessions_.end_all(CloseReason::kHost);
  if (has_agent_.load()) dialogues_->close();
}

Duration ServerHost::lateness_of(const std::vector<std::shared_ptr<net::Loop>>& loops) {
  Duration worst{0};
  for (const auto& loop : loops) worst = std::max(worst, loop->lateness());
  return worst;
}

Status ServerHost::check_token(const net::HttpRequest& request, std::string_view token) const {
  if (token.empty()) token = bearer_token(request);
  if (token.empty()) {
    return {ErrorCode::kAuth, "a token is needed: send `Authorization: Bearer ...`"};
  }
  if (!same_secret(token, token_)) return {ErrorCode::kAuth, "the token is wrong"};
  return {};
}

Result<Principal> ServerHost::authenticate(const net::HttpRequest& request,
                                           std::string_view token) {
  if (token_.empty()) return Principal{"connection:" + random_id(), true, request.id};
  if (Status status = check_token(request, token); !status.ok()) return status;
  return Principal{"token", false, request.id};
}

Result<Principal> ServerHost::authenticate_http(const net::HttpRequest& request) const {
  if (token_.empty()) return Principal{"address:" + request.peer, true, request.id};
  if (Status status = check_token(request, {}); !status.ok()) return status;
  return Principal{"token", false, request.id};
}

// Counts first and looks then: two that come at once can't both get the last place.
Admission ServerHost::admit(const Principal&) {
  const Duration retry_after = transport_options_.retry_after;
  if (Status status = readiness(); !status.ok()) return {nullptr, std::move(status), retry_after};
  if (slots_->fetch_add(1) >= max_sessions_) {
    slots_->fetch_sub(1);
    return {nullptr, resource_exhausted("all sessions are taken: try again later"), retry_after};
  }
  const auto give_back = [slots = slots_](void*) { slots->fetch_sub(1); };
  return {std::shared_ptr<void>(slots_.get(), give_back), {}, {}};
}

Result<std::shared_ptr<Agent>> ServerHost::agent(const Principal&,
                                                 const protocols::AgentOverrides& overrides) {
  const std::shared_ptr<Agent> base = base_agent();
  if (base == nullptr) return unavailable("the agent is still being loaded: try again soon");
  if (overrides.empty()) return base;
  AgentOptions options = with_loaded_providers(*base);
  if (Status status = check_overrides(overrides); !status.ok()) return status;
  if (overrides.greeting) options.greeting = *overrides.greeting;
  if (overrides.instructions) options.instructions = *overrides.instructions;
  if (overrides.language) options.language = *overrides.language;
  if (overrides.voice) options.voice = *overrides.voice;
  auto made = parts_.engine->make_agent(std::move(options));
  if (made.ok()) return recorded(std::move(*made));
  return invalid_argument(made.status().message());
}

Status ServerHost::check_overrides(const protocols::AgentOverrides& overrides) const {
  using Override = std::pair<std::string_view, const std::optional<std::string>*>;
  for (const auto& [name, value] :
       {Override{"greeting", &overrides.greeting},
        Override{"instructions", &overrides.instructions},
        Override{"language", &overrides.language}, Override{"voice", &overrides.voice}}) {
    if (!*value) continue;
    if (std::ranges::find(overridable_, name) == overridable_.end()) {
      return invalid_argument("agent." + std::string(name) +
                              ": this server does not let clients set it");
    }
    if ((*value)->size() > kMaxOverrideBytes) {
      return invalid_argument("agent." + std::string(name) + ": longer than " +
                              std::to_string(kMaxOverrideBytes) + " bytes");
    }
  }
  return {};
}

Result<std::string> ServerHost::keep_clip(const Principal& owner, Clip clip) {
  const Result<std::string> name = clips_.keep(owner, std::move(clip), steady_now());
  if (!name.ok()) return name.status();
  return std::string(kClipPath) + *name;
}

std::shared_ptr<const Clip> ServerHost::find_clip(std::string_view name, const Principal& who) {
  return clips_.find(name, who, steady_now());
}

void ServerHost::session_opening(Session& session, std::string_view transport,
                                 const Principal& principal) {
  parts_.metrics->watch(session, transport);
  log_session(session, transport, principal, parts_.logger);
  if (parts_.traces != nullptr) export_turns(session, parts_.traces);
}

}  // namespace voiceagent::server
