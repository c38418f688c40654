/// @file
/// Events as JSON: one object with seq, t_ms, turn, type and the event's own fields.
#pragma once

#include <string>

#include "voiceagent/events.h"
#include "voiceagent/export.h"
#include "voiceagent/json.h"

namespace voiceagent {

/// Version of the event objects. Fields are only added within a version.
inline constexpr int kEventSchemaVersion = 1;

/// Writes `event` as one object. Durations are numbers of milliseconds with microsecond precision
/// (a negative one, for "did not happen", is null), audio is {"samples": count, "rate": Hz}, word
/// times are start_ms and end_ms.
VOICEAGENT_EXPORT void write_json(const AnyEvent& event, JsonWriter& writer);

}  // namespace voiceagent
