#include "sim/scenario/event_types.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>

namespace voiceagent::sim {
namespace {

template <class T>
constexpr JsonType json_type() {
  if constexpr (std::is_same_v<T, bool>) {
    return JsonType::kBool;
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, Duration>) {
    return JsonType::kNumber;
  } else if constexpr (std::is_enum_v<T> || std::is_same_v<T, std::string_view>) {
    return JsonType::kString;
  } else {
    return JsonType::kArray;
  }
}

// All values of an enum whose numbers have no gaps.
template <class Enum>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (int i = 0;; ++i) {
    const std::string_view name = to_string(static_cast<Enum>(i));
    if (name == "unknown") return names;
    names.emplace_back(name);
  }
}

template <class T>
EventField make_field(std::string_view name) {
  EventField field{std::string(name), json_type<T>(), std::is_same_v<T, Duration>, {}};
  if constexpr (std::is_enum_v<T>) field.values = names_of<T>();
  return field;
}

std::vector<EventType> make_types() {
  std::vector<EventType> types;
  for_each_event_type([&types]<class E>(E*) {
    EventType type{std::string(E::kName), E::kKind, {make_field<TurnId>("turn")}};
    E event{};
    E::fields(event, [&type](std::string_view name, auto& field) {
      type.fields.push_back(make_field<std::remove_cvref_t<decltype(field)>>(name));
    });
    types.push_back(std::move(type));
  });
  return types;
}

bool equals(const Json& json, const FieldCheck::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return json.is_string() && json.string() == *text;
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return json.type() == JsonType::kNumber && json.number() == *number;
  }
  if (const auto* flag = std::get_if<bool>(&value)) {
    return json.type() == JsonType::kBool && json.boolean() == *flag;
  }
  return json.is_null();
}

bool holds(const FieldCheck& check, const Json& json) {
  const auto* number = std::get_if<double>(&check.value);
  const auto* text = std::get_if<std::string>(&check.value);
  const bool is_number = json.type() == JsonType::kNumber && number != nullptr;
  switch (check.how) {
    case FieldCheck::How::kEquals: return equals(json, check.value);
    case FieldCheck::How::kNot: return !equals(json, check.value);
    case FieldCheck::How::kContains:
      return text != nullptr && json.string().find(*text) != std::string_view::npos;
    case FieldCheck::How::kLacks:
      return text != nullptr && json.string().find(*text) == std::string_view::npos;
    case FieldCheck::How::kAtLeast: return is_number && json.number() >= *number;
    case FieldCheck::How::kAtMost: return is_number && json.number() <= *number;
  }
  return false;
}

std::string value_text(const FieldCheck::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) return "null";
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, *number).ptr};
}

}  // namespace

const std::vector<EventType>& event_types() {
  static const std::vector<EventType> types = make_types();
  return types;
}

const std::vector<std::string>& event_type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const EventType& type : event_types()) {
      if (!is_audio(type.kind)) all.push_back(type.name);
    }
    return all;
  }();
  return names;
}

const EventType* find_event_type(std::string_view name) {
  const auto& types = event_types();
  const auto found = std::ranges::find(types, name, &EventType::name);
  return found == types.end() ? nullptr : &*found;
}

std::string_view event_type_name(EventKind kind) {
  static const auto names = [] {
    std::array<std::string_view, kEventKinds> all;
    for (const EventType& type : event_types())
      all[static_cast<std::size_t>(type.kind)] = type.name;
    return all;
  }();
  return names[static_cast<std::size_t>(kind)];
}

bool fields_match(const EventPattern& pattern, std::string_view line) {
  if (pattern.fields.empty()) return true;
  const Result<Json> json = Json::parse(line);
  return json.ok() && std::ranges::all_of(pattern.fields, [&json](const FieldCheck& check) {
           return holds(check, (*json)[check.field]);
         });
}

std::string describe(const EventPattern& pattern) {
  static constexpr std::array<std::string_view, 6> kHow{" = ",     " is not ",   " contains ",
                                                        " lacks ", " at least ", " at most "};
  std::string text = pattern.type;
  for (const FieldCheck& check : pattern.fields) {
    text += &check == &pattern.fields.front() ? " with " : ", ";
    text += check.field;
    text += kHow[static_cast<std::size_t>(check.how)];
    text += value_text(check.value);
  }
  return text;
}

}  // namespace voiceagent::sim
