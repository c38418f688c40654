// Traces in the JSON of the OpenTelemetry protocol (OTLP/HTTP).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/telemetry/span.h"
#include "voiceagent/json.h"

namespace voiceagent::server {

// Gives so many random bytes (at most 16) as hexadecimal digits.
using MakeId = std::function<std::string(std::size_t bytes)>;

// The turn and its stages as a trace of its own: objects of the array "spans", separated by commas.
// The session's clock began at `epoch_ns`, in nanoseconds since 1970 UTC.
std::string otlp_spans(const TurnTrace& trace, std::int64_t epoch_ns, const MakeId& make_id);

// A request's body around such spans, which may be of many traces.
std::string otlp_request(std::string_view service_name, std::string_view spans);

}  // namespace voiceagent::server
