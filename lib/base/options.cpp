#include "voiceagent/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

namespace voiceagent {

namespace {

template <class T>
const T* find_as(const std::map<std::string, OptionValue, std::less<>>& values,
                 std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : std::get_if<T>(&found->second);
}

std::string number_text(double number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return {buffer, end};
}

std::string quoted(std::string_view text) {
  std::string result("'");
  result.append(text).append("'");
  return result;
}

std::string joined(std::span<const std::string> names) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list.append(", ");
    list.append(name);
  }
  return list;
}

Status wrong(const OptionDescriptor& option, const std::string& what) {
  return invalid_argument("option " + quoted(option.name) + " " + what);
}

// "from 1 to 9 ms", "of at least 1", or empty when anything goes.
std::string range_text(const OptionDescriptor& option) {
  const bool low = std::isfinite(option.min);
  const bool high = std::isfinite(option.max);
  std::string text;
  if (low && high) {
    text = " from " + number_text(option.min) + " to " + number_text(option.max);
  } else if (low) {
    text = " of at least " + number_text(option.min);
  } else if (high) {
    text = " of at most " + number_text(option.max);
  }
  if (!text.empty() && !option.unit.empty()) text.append(" ").append(option.unit);
  return text;
}

Status check_number(const OptionDescriptor& option, double number) {
  if (number >= option.min && number <= option.max && std::isfinite(number)) return {};
  return wrong(option, "must be a number" + range_text(option) + ", not " + number_text(number));
}

Status check_choice(const OptionDescriptor& option, const std::string& text) {
  if (option.choices.empty() || std::ranges::count(option.choices, text) > 0) return {};
  const std::string near = nearest_name(text, option.choices);
  return wrong(option, "must be one of " + joined(option.choices) + ", not " + quoted(text) +
                           (near.empty() ? "" : "; did you mean " + quoted(near) + "?"));
}

std::string_view type_of(const OptionValue& value) {
  constexpr OptionType kTypes[] = {OptionType::kBool, OptionType::kInteger, OptionType::kNumber,
                                   OptionType::kString};
  return to_string(kTypes[value.index()]);
}

// Checks a value and brings it into the descriptor's type: an integer will do for a number.
Status check_value(const OptionDescriptor& option, OptionValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  const auto* text = std::get_if<std::string>(&value);
  if (option.type == OptionType::kNumber && integer != nullptr) {
    value = static_cast<double>(*integer);
  }
  const auto* number = std::get_if<double>(&value);
  switch (option.type) {
    case OptionType::kBool:
      if (std::holds_alternative<bool>(value)) return {};
      break;
    case OptionType::kInteger:
      if (integer != nullptr) return check_number(option, static_cast<double>(*integer));
      break;
    case OptionType::kNumber:
      if (number != nullptr) return check_number(option, *number);
      break;
    case OptionType::kString:
    case OptionType::kPath:
      if (text != nullptr) return check_choice(option, *text);
      break;
  }
  std::string what("must be of type ");
  what.append(to_string(option.type)).append(", not ").append(type_of(value));
  return wrong(option, what);
}

Status unknown_option(std::string_view name, std::span<const OptionDescriptor> descriptors) {
  std::vector<std::string> names;
  for (const OptionDescriptor& option : descriptors) names.push_back(option.name);
  std::string message = "there is no option " + quoted(name);
  const std::string near = nearest_name(name, names);
  if (!near.empty()) message.append("; did you mean ").append(quoted(near)).append("?");
  message.append(names.empty() ? " (no options here)" : " (options: " + joined(names) + ")");
  return invalid_argument(std::move(message));
}

// Edits (a letter added, left out, changed, or two neighbours swapped) that make `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string_view to_string(OptionType type) {
  switch (type) {
    case OptionType::kBool: return "bool";
    case OptionType::kInteger: return "integer";
    case OptionType::kNumber: return "number";
    case OptionType::kString: return "string";
    case OptionType::kPath: return "path";
  }
  return "unknown";
}

Options& Options::set(std::string name, OptionValue value) {
  values_.insert_or_assign(std::move(name), std::move(value));
  return *this;
}

bool Options::has(std::string_view name) const { return values_.contains(name); }

bool Options::boolean(std::string_view name) const {
  const bool* value = find_as<bool>(values_, name);
  return value != nullptr && *value;
}

std::int64_t Options::integer(std::string_view name) const {
  const auto* value = find_as<std::int64_t>(values_, name);
  return value == nullptr ? 0 : *value;
}

double Options::number(std::string_view name) const {
  const auto* value = find_as<double>(values_, name);
  return value == nullptr ? static_cast<double>(integer(name)) : *value;
}

const std::string& Options::string(std::string_view name) const {
  static const std::string kEmpty;
  const auto* value = find_as<std::string>(values_, name);
  return value == nullptr ? kEmpty : *value;
}

Result<Options> check_options(std::span<const OptionDescriptor> descriptors, const Options& given) {
  Options complete;
  for (const auto& [name, value] : given.values()) {
    const auto option = std::ranges::find(descriptors, name, &OptionDescriptor::name);
    if (option == descriptors.end()) return unknown_option(name, descriptors);
    OptionValue checked = value;
    if (Status status = check_value(*option, checked); !status.ok()) return status;
    complete.set(name, std::move(checked));
  }
  for (const OptionDescriptor& option : descriptors) {
    if (!complete.has(option.name)) complete.set(option.name, option.default_value);
  }
  return complete;
}

std::string nearest_name(std::string_view name, std::span<const std::string> known) {
  std::size_t best = name.size() / 3 + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    if (longer - std::min(name.size(), candidate.size()) >= best) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace voiceagent
