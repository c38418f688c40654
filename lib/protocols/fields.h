// Reads the fields of a message, and remembers the first thing that is wrong with one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/status.h"

namespace voiceagent::protocols {

// What a client calls one of its messages: a text, a number, or nothing.
struct MessageId {
  std::optional<std::string> text;
  std::optional<std::int64_t> number;
};

// A field that is null is one that is not there. What was asked for and is wrong reads as absent.
class Fields {
 public:
  // `where` comes before the names in errors: "input.".
  explicit Fields(Json object, std::string where = {})
      : object_(std::move(object)), where_(std::move(where)) {}

  std::optional<std::string> text(std::string_view name);
  std::string required_text(std::string_view name);
  bool flag(std::string_view name, bool otherwise);
  // A whole number from `least` to `most`.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<Mode> mode(std::string_view name);
  MessageId id(std::string_view name);
  // An object or an array, or null.
  Json object(std::string_view name);
  Json array(std::string_view name);

  // "`name` must be ..."; the first one stays.
  void fail(std::string_view name, std::string_view must);
  void fail(Status status);
  const Status& status() const { return status_; }

 private:
  Json of_type(std::string_view name, JsonType type, std::string_view must);

  const Json object_;
  const std::string where_;
  Status status_;
};

// The mode of that name.
std::optional<Mode> mode_from(std::string_view name);

// Parses a message down to its `type`; kInvalidArgument says what is wrong with it.
Result<std::pair<Json, std::string_view>> parse_message(std::string_view text);

// What to say of an unknown type: `known` lists those there are.
Status unknown_type(std::string_view type, std::string_view known);

// Reads a message by the entry of `types` (name, read(Fields&)) that has its type.
template <class Message, class Types>
Result<Message> parse_typed(std::string_view text, const Types& types) {
  const auto parsed = parse_message(text);
  if (!parsed.ok()) return parsed.status();
  const auto& [json, name] = *parsed;
  std::string known;
  for (const auto& type : types) {
    if (type.name != name) {
      known += (known.empty() ? "" : ", ") + std::string(type.name);
      continue;
    }
    Fields fields(json);
    Result<Message> message = type.read(fields);
    if (!fields.status().ok()) message = fields.status();
    return message;
  }
  return unknown_type(name, known);
}

}  // namespace voiceagent::protocols
