// The parts of a scenario file. Each adds what is wrong to the reader's problems and goes on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/scenario/object_reader.h"
#include "voiceagent/scenario.h"

namespace voiceagent::sim {

// "turn_ended", or {"event": "turn_ended", "with": {...}}.
std::optional<EventPattern> parse_pattern(const Json& json, const std::string& path, Problems& out);
// The keys "event" and "with" of an object that has others too.
std::optional<EventPattern> parse_pattern_keys(ObjectReader& reader);
// The same for one of the `marks`, which are no events but stand where one could; they come back as
// a type without fields.
std::optional<EventPattern> parse_pattern_keys(ObjectReader& reader,
                                               const std::vector<std::string>& marks);

// All reasons for which a session can be closed.
std::span<const CloseReason> close_reasons();

std::vector<Step> parse_steps(const Json& json, const std::string& path, Problems& out);
step::Microphone parse_microphone(const Json& json, const std::string& path, Problems& out);
ProviderScripts parse_providers(ObjectReader& scenario);
std::vector<ToolScript> parse_tools(const Json& json, const std::string& path, Problems& out);
// The tools that a reply calls.
std::vector<LlmCall> parse_calls(const Json& json, const std::string& path, Problems& out);
// A number of milliseconds, or {"ms": 100, "jitter_ms": 50, "tail_ms": 2000, "tail_share": 0.01}.
void read_latency(ObjectReader& reader, std::string_view key, Latency& latency);
FarEndOptions parse_far_end(const Json& json, const std::string& path, Problems& out);
Expectations parse_expectations(const Json& json, const std::string& path, Problems& out);

}  // namespace voiceagent::sim
