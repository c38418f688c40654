#include "server/telemetry/session_log.h"

#include <cstdint>
#include <cstdio>
#include <memory>

#include "voiceagent/event_bus.h"

namespace voiceagent::server {
namespace {

std::string in_seconds(Duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", to_ms(time) / 1e3);
  return text;
}

}  // namespace

void log_session(Session& session, std::string_view transport,
                 const transports::Principal& principal, const std::shared_ptr<Logger>& logger) {
  if (!logger->wants(LogLevel::kInfo)) return;
  std::string opened = "opened by " + std::string(transport);
  if (!principal.client.empty()) opened += ", client: " + principal.client;
  const std::string& request = principal.request;
  logger->log({LogLevel::kInfo, "session", opened, session.id(), request});
  // Not to all events: each frame of audio is one.
  const auto turns = std::make_shared<std::uint64_t>(0);
  EventBus& events = session.events();
  events.subscribe<event::TurnMetrics>([turns](const event::TurnMetrics&) { ++*turns; }).release();
  const auto log_end = [logger, request, turns](const event::SessionClosed& closed,
                                                const EventEnvelope& envelope) {
    const std::string message = "closed (" + std::string(to_string(closed.reason)) + ") after " +
                                in_seconds(envelope.time) + ", turns: " + std::to_string(*turns);
    logger->log({LogLevel::kInfo, "session", message, envelope.session_id, request});
  };
  events.subscribe<event::SessionClosed>(log_end).release();
}

}  // namespace voiceagent::server
