#include "config/option_check.h"

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

namespace voiceagent {
namespace {

// Through check_options, so that ranges, choices and conversions have one home.
Result<OptionValue> check_value(std::span<const OptionDescriptor> options, const std::string& name,
                                OptionValue value) {
  const Result<Options> checked = check_options(options, Options().set(name, std::move(value)));
  if (!checked.ok()) return checked.status();
  return checked->values().at(name);
}

const OptionDescriptor* find(std::span<const OptionDescriptor> options, std::string_view name) {
  for (const OptionDescriptor& option : options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

std::optional<bool> parse_bool(std::string_view text) {
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class T>
std::optional<OptionValue> wrapped(std::optional<T> value) {
  return value ? std::optional<OptionValue>(*value) : std::nullopt;
}

std::optional<OptionValue> parse_value(OptionType type, std::string_view text) {
  switch (type) {
    case OptionType::kBool: return wrapped(parse_bool(text));
    case OptionType::kInteger: return wrapped(parse_number<std::int64_t>(text));
    case OptionType::kNumber: return wrapped(parse_number<double>(text));
    default: return OptionValue(std::string(text));
  }
}

}  // namespace

Result<OptionValue> check_entry(std::span<const OptionDescriptor> options, const ConfigEntry& entry,
                                const std::string& directory) {
  const OptionDescriptor* option = find(options, entry.key);
  if (option != nullptr && !entry.value) {
    return invalid_argument(entry.value_place + ": option '" + entry.key + "' must be of type " +
                            std::string(to_string(option->type)) + ", not " + entry.type);
  }
  Result<OptionValue> value =
      check_value(options, entry.key, entry.value.value_or(OptionValue(std::string())));
  if (!value.ok()) {
    return value.status().within(option != nullptr ? entry.value_place : entry.key_place);
  }
  if (option->type == OptionType::kPath && !directory.empty()) {
    auto& path = std::get<std::string>(*value);
    if (!path.empty()) path = (std::filesystem::path(directory) / path).lexically_normal().string();
  }
  return value;
}

Result<OptionValue> check_variable(const OptionDescriptor& option, const std::string& variable,
                                   std::string_view text) {
  std::optional<OptionValue> value = parse_value(option.type, text);
  const std::string place = "environment variable " + variable;
  if (!value) {
    return invalid_argument(place + ": option '" + option.name + "' must be of type " +
                            std::string(to_string(option.type)) + ", not '" + std::string(text) +
                            "'");
  }
  Result<OptionValue> checked = check_value({&option, 1}, option.name, std::move(*value));
  if (!checked.ok()) return checked.status().within(place);
  return checked;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> known) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? std::string() : "; did you mean '" + nearest + "'?";
}

}  // namespace voiceagent
