#include "config/reference_table.h"

#include <charconv>
#include <cmath>

#include "config/variables.h"

namespace voiceagent {
namespace {

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string number_text(double number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed);
  return {buffer, end.ptr};
}

// As a configuration file writes it.
std::string value_text(const OptionValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
  return '"' + std::get<std::string>(value) + '"';
}

std::string allowed_text(const OptionDescriptor& option) {
  std::string text;
  for (const std::string& choice : option.choices) {
    text += (text.empty() ? "" : ", ") + code('"' + choice + '"');
  }
  const std::string unit = option.unit.empty() ? "" : " " + option.unit;
  const bool from = std::isfinite(option.min);
  const bool to = std::isfinite(option.max);
  if (from && to) {
    text += number_text(option.min) + " to " + number_text(option.max) + unit;
  } else if (from) {
    text += "at least " + number_text(option.min) + unit;
  } else if (to) {
    text += "at most " + number_text(option.max) + unit;
  } else {
    text += option.unit;
  }
  return text;
}

// A vertical bar would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string reference_row(std::string_view section, const OptionDescriptor& option) {
  std::string variables = code(environment_name(section, option.name));
  if (!option.environment.empty()) variables += ", " + code(option.environment);
  return "| " + code(option.name) + " | " + std::string(to_string(option.type)) + " | " +
         cell(code(value_text(option.default_value))) + " | " + cell(allowed_text(option)) + " | " +
         variables + " | " + cell(option.description) + " |\n";
}

}  // namespace voiceagent
