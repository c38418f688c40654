// The events by the names that stand in scenario files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/scenario.h"

namespace voiceagent::sim {

struct EventField {
  std::string name;
  JsonType type;                    // kArray or kObject: it can't be compared
  bool may_be_null = false;         // as a duration that did not happen
  std::vector<std::string> values;  // all it can be, of an enum; else empty
};

struct EventType {
  std::string name;
  EventKind kind;
  std::vector<EventField> fields;
};

// All of them, in the order of their kinds.
const std::vector<EventType>& event_types();
const std::vector<std::string>& event_type_names();
// Null when there is none of that name.
const EventType* find_event_type(std::string_view name);

// The name of a kind, as on the wire.
std::string_view event_type_name(EventKind kind);

// Whether events of audio are meant: they are not recorded.
inline bool is_audio(EventKind kind) {
  return kind == EventKind::kAudioIn || kind == EventKind::kAudioOut;
}

// Whether the event in `line`, as write_json() has it, has the fields of `pattern`.
bool fields_match(const EventPattern& pattern, std::string_view line);

// "turn_ended with text = 'hello'", for people.
std::string describe(const EventPattern& pattern);

}  // namespace voiceagent::sim
