#include "server/telemetry/session_log.h"

#include <cstdint>
#include <cstdio>

#include "voiceagent/event_bus.h"

namespace voiceagent::server {
namespace {

std::string in_seconds(Duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", to_ms(time) / 1e3);
  return text;
}

}  // namespace

void log_session(Session& session, std::string_view transport, const std::string& request,
                 const std::shared_ptr<Logger>& logger) {
  if (!logger->wants(LogLevel::kInfo)) return;
  logger->log(
      {LogLevel::kInfo, "session", "opened by " + std::string(transport), session.id(), request});
  session.events()
      .subscribe_all([logger, request, turns = std::uint64_t{0}](const AnyEvent& event) mutable {
        if (event.kind() == EventKind::kTurnMetrics) ++turns;
        const auto* closed = event.as<event::SessionClosed>();
        if (closed == nullptr) return;
        const std::string message = "closed (" + std::string(to_string(closed->reason)) +
                                    ") after " + in_seconds(event.envelope().time) +
                                    ", turns: " + std::to_string(turns);
        logger->log({LogLevel::kInfo, "session", message, event.envelope().session_id, request});
      })
      .release();
}

}  // namespace voiceagent::server
