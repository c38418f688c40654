#include <algorithm>

#include "sim/scenario/event_types.h"
#include "sim/scenario/parse.h"

namespace voiceagent::sim {
namespace {

using How = FieldCheck::How;

// A value of this type; `or_null` is for the message.
std::optional<FieldCheck::Value> parse_part(const Json& json, JsonType type,
                                            const std::string& path, std::string_view or_null,
                                            Problems& out) {
  if (json.type() != type) {
    out.add(path, "must be " + std::string(type_name(type)) + std::string(or_null) + ", not " +
                      std::string(type_name(json.type())));
    return std::nullopt;
  }
  if (type == JsonType::kBool) return FieldCheck::Value(json.boolean());
  if (type == JsonType::kNumber) return FieldCheck::Value(json.number());
  return FieldCheck::Value(std::string(json.string()));
}

// A whole value: one that the field can have.
std::optional<FieldCheck::Value> parse_value(const Json& json, const EventField& field,
                                             const std::string& path, Problems& out) {
  if (json.is_null() && field.may_be_null) return FieldCheck::Value();
  if (json.is_string() && !field.values.empty()) {
    const auto index = read_choice(json, path, field.values, out);
    return index ? std::optional<FieldCheck::Value>(field.values[*index]) : std::nullopt;
  }
  return parse_part(json, field.type, path, field.may_be_null ? " or null" : "", out);
}

// {"min": 1, "contains": "x", ...}
void parse_comparisons(const Json& json, const EventField& field, const std::string& path,
                       Problems& out, std::vector<FieldCheck>& checks) {
  ObjectReader reader(json, path, out);
  if (json.size() == 0) out.add(path, "must not be empty");
  const auto add = [&](std::string_view key, How how) {
    if (!reader.has(key)) return;
    const Json part = reader.get(key);
    const std::string place = reader.path(key);
    const auto value = how == How::kNot ? parse_value(part, field, place, out)
                                        : parse_part(part, field.type, place, "", out);
    if (value) checks.push_back({field.name, how, *value});
  };
  add("not", How::kNot);
  if (field.type == JsonType::kString) {
    add("contains", How::kContains);
    add("lacks", How::kLacks);
  }
  if (field.type == JsonType::kNumber) {
    add("min", How::kAtLeast);
    add("max", How::kAtMost);
    if (reader.has("min") && reader.has("max") && json["min"].number() > json["max"].number()) {
      out.add(path, "min is more than max");
    }
  }
  reader.refuse_the_rest();
}

std::vector<FieldCheck> parse_fields(const Json& json, const EventType& type,
                                     const std::string& path, Problems& out) {
  std::vector<FieldCheck> checks;
  ObjectReader reader(json, path, out);
  if (json.is_object() && json.size() == 0) out.add(path, "must not be empty");
  for (const EventField& field : type.fields) {
    if (!reader.has(field.name)) continue;
    const Json value = reader.get(field.name);
    const std::string place = reader.path(field.name);
    if (field.type == JsonType::kArray) {
      out.add(place, "lists can't be compared");
    } else if (value.is_object()) {
      parse_comparisons(value, field, place, out, checks);
    } else if (const auto wanted = parse_value(value, field, place, out)) {
      checks.push_back({field.name, How::kEquals, *wanted});
    }
  }
  reader.refuse_the_rest();
  return checks;
}

std::optional<EventPattern> parse_type(const Json& json, const std::string& path,
                                       const std::vector<std::string>& marks, Problems& out) {
  std::vector<std::string> names = event_type_names();
  names.insert(names.end(), marks.begin(), marks.end());
  const auto index = read_choice(json, path, names, out);
  if (!index) return std::nullopt;
  return EventPattern{names[*index], {}};
}

}  // namespace

std::optional<EventPattern> parse_pattern(const Json& json, const std::string& path,
                                          Problems& out) {
  if (json.is_string()) return parse_type(json, path, {}, out);
  ObjectReader reader(json, path, out);
  auto pattern = parse_pattern_keys(reader);
  reader.refuse_the_rest();
  return pattern;
}

std::optional<EventPattern> parse_pattern_keys(ObjectReader& reader) {
  return parse_pattern_keys(reader, {});
}

std::optional<EventPattern> parse_pattern_keys(ObjectReader& reader,
                                               const std::vector<std::string>& marks) {
  const bool has_fields = reader.has("with");
  if (!reader.has("event")) {
    reader.problems().add(reader.path(), "has no 'event'");
    return std::nullopt;
  }
  auto pattern = parse_type(reader.get("event"), reader.path("event"), marks, reader.problems());
  if (!pattern || !has_fields) return pattern;
  const EventType* type = find_event_type(pattern->type);
  if (type == nullptr) {
    reader.problems().add(reader.path("with"), "'" + pattern->type + "' has no fields");
    return std::nullopt;
  }
  pattern->fields = parse_fields(reader.get("with"), *type, reader.path("with"), reader.problems());
  return pattern;
}

}  // namespace voiceagent::sim
