// Spans: stretches of time that belong together, as OpenTelemetry knows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "voiceagent/time.h"

namespace voiceagent::server {

struct SpanAttribute {
  std::string_view key;  // static text
  std::variant<std::string, std::int64_t, double, bool> value;
};

struct SpanEvent {
  std::string_view name;  // static text
  Duration at{0};
  std::vector<SpanAttribute> attributes;
};

// Times are on the session's clock.
struct Span {
  std::string_view name;  // static text
  Duration begin{0};
  Duration end{0};
  std::vector<SpanAttribute> attributes;
  std::vector<SpanEvent> events;
  std::optional<std::string> error;  // what failed
};

// One turn: a span, and one for each stage within its time.
struct TurnTrace {
  Span turn;
  std::vector<Span> stages;
};

}  // namespace voiceagent::server
