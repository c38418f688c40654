#include "protocols/fields.h"

#include <cmath>

#include "base/text.h"
#include "base/utf8.h"

namespace voiceagent::protocols {
namespace {

constexpr std::size_t kMaxQuoted = 60;  // bytes of what a client sent, in an error

}  // namespace

std::optional<Mode> mode_from(std::string_view name) {
  for (const Mode mode :
       {Mode::kVoiceToVoice, Mode::kVoiceToText, Mode::kTextToVoice, Mode::kTextToText}) {
    if (to_string(mode) == name) return mode;
  }
  return std::nullopt;
}

void Fields::fail(std::string_view name, std::string_view must) {
  fail(invalid_argument("`" + where_ + std::string(name) + "` must be " + std::string(must)));
}

void Fields::fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

Json Fields::of_type(std::string_view name, JsonType type, std::string_view must) {
  Json value = object_[name];
  if (value.is_null() || value.type() == type) return value;
  fail(name, must);
  return {};
}

std::optional<std::string> Fields::text(std::string_view name) {
  const Json value = of_type(name, JsonType::kString, "a string");
  if (value.is_null()) return std::nullopt;
  return std::string(value.string());
}

std::string Fields::required_text(std::string_view name) {
  std::optional<std::string> value = text(name);
  if (!value) fail(invalid_argument("`" + where_ + std::string(name) + "` is missing"));
  return std::move(value).value_or(std::string());
}

bool Fields::flag(std::string_view name, bool otherwise) {
  return of_type(name, JsonType::kBool, "true or false").boolean(otherwise);
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t least,
                                            std::int64_t most) {
  const std::string must =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const Json value = of_type(name, JsonType::kNumber, must);
  if (value.is_null()) return std::nullopt;
  const double number = value.number();
  const bool whole = number == std::floor(number) && number >= static_cast<double>(least) &&
                     number <= static_cast<double>(most);
  if (whole) return static_cast<std::int64_t>(number);
  fail(name, must);
  return std::nullopt;
}

std::optional<Mode> Fields::mode(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  const std::optional<Mode> mode = mode_from(*value);
  if (!mode) fail(name, "voice_to_voice, voice_to_text, text_to_voice or text_to_text");
  return mode;
}

MessageId Fields::id(std::string_view name) {
  const Json value = object_[name];
  MessageId id;
  if (value.is_string()) {
    id.text = std::string(value.string());
  } else if (value.type() == JsonType::kNumber) {
    constexpr std::int64_t kExact = std::int64_t{1} << 53;
    id.number = integer(name, -kExact, kExact);
  } else if (!value.is_null()) {
    fail(name, "a string or a whole number");
  }
  return id;
}

Json Fields::object(std::string_view name) { return of_type(name, JsonType::kObject, "an object"); }

Json Fields::array(std::string_view name) { return of_type(name, JsonType::kArray, "an array"); }

Result<std::pair<Json, std::string_view>> parse_message(std::string_view text) {
  Result<Json> parsed = Json::parse(text);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->is_object()) return invalid_argument("a message must be a JSON object");
  const Json type = (*parsed)["type"];
  if (type.is_null()) return invalid_argument("`type` is missing");
  if (!type.is_string()) return invalid_argument("`type` must be a string");
  return std::pair(*parsed, type.string());
}

Status unknown_type(std::string_view type, std::string_view known) {
  const std::string quoted = escape_control(truncate_utf8(type, kMaxQuoted));
  return invalid_argument("unknown type '" + quoted + "'; there are: " + std::string(known));
}

}  // namespace voiceagent::protocols
