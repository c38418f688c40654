// Lines of the log about sessions: when they begin and end.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "transports/transport_host.h"
#include "voiceagent/log.h"
#include "voiceagent/session.h"

namespace voiceagent::server {

// Says that `session`, which `principal` asked for, is open now, and later how it ended. On its
// executor, before its first event.
void log_session(Session& session, std::string_view transport,
                 const transports::Principal& principal, const std::shared_ptr<Logger>& logger);

}  // namespace voiceagent::server
