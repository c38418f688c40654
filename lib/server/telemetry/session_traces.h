// Sessions' turns as traces.
#pragma once

#include <memory>

#include "server/telemetry/otlp_exporter.h"
#include "voiceagent/session.h"

namespace voiceagent::server {

// Sends a trace for each turn of `session` from now until it has closed. On its executor.
void export_turns(Session& session, std::shared_ptr<OtlpExporter> exporter);

}  // namespace voiceagent::server
