// Ties the options of a configuration file to the fields of a struct: parsing, the environment, the
// checks and the reference of that struct all come from one table of these.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/text.h"
#include "voiceagent/options.h"
#include "voiceagent/time.h"

namespace voiceagent {

template <class Owner>
struct Setting {
  OptionDescriptor option;                              // its default is that of the Owner
  std::function<void(Owner&, const OptionValue&)> set;  // a value that was checked
};

template <class Owner>
struct SettingSection {
  std::string name;         // as in [name]
  std::string description;  // one sentence
  std::vector<Setting<Owner>> settings;
};

// The values of an enumeration that settings may have, the default first; each has a to_string().
template <class Enum>
constexpr std::array<Enum, 0> kChoices{};

// What a number may be, and what separates the texts of a list.
struct SettingRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  char separator = '|';
};

namespace setting_detail {

template <class Enum>
Enum choice_of(std::string_view name) {
  for (const Enum choice : kChoices<Enum>) {
    if (to_string(choice) == name) return choice;
  }
  return kChoices<Enum>.front();  // the options were checked
}

inline std::string joined(const std::vector<std::string>& texts, char separator) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += separator;
    all += text;
  }
  return all;
}

inline std::vector<std::string> split(std::string_view all, char separator) {
  std::vector<std::string> texts;
  while (!all.empty()) {
    const std::size_t end = std::min(all.find(separator), all.size());
    const std::string_view text = trim(all.substr(0, end));
    if (!text.empty()) texts.emplace_back(text);
    all.remove_prefix(std::min(end + 1, all.size()));
  }
  return texts;
}

// How a field is written as an option.
template <class T>
OptionValue to_value(const T& field, char separator) {
  if constexpr (std::is_same_v<T, Duration>) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(field).count();
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(field));
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return joined(field, separator);
  } else if constexpr (std::is_same_v<T, float>) {
    return static_cast<double>(field);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    return static_cast<std::int64_t>(field);
  } else {
    return field;
  }
}

template <class T>
void from_value(const OptionValue& value, char separator, T& field) {
  if constexpr (std::is_same_v<T, Duration>) {
    field = std::chrono::milliseconds(std::get<std::int64_t>(value));
  } else if constexpr (std::is_enum_v<T>) {
    field = choice_of<T>(std::get<std::string>(value));
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    field = split(std::get<std::string>(value), separator);
  } else if constexpr (std::is_same_v<T, float>) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    field = static_cast<T>(whole ? static_cast<double>(*whole) : std::get<double>(value));
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    field = static_cast<T>(std::get<std::int64_t>(value));
  } else {
    field = std::get<T>(value);
  }
}

template <class T>
constexpr OptionType option_type() {
  if constexpr (std::is_same_v<T, bool>) {
    return OptionType::kBool;
  } else if constexpr (std::is_same_v<T, float>) {
    return OptionType::kNumber;
  } else if constexpr (std::is_enum_v<T> || std::is_same_v<T, std::string> ||
                       std::is_same_v<T, std::vector<std::string>>) {
    return OptionType::kString;
  } else {
    return OptionType::kInteger;
  }
}

}  // namespace setting_detail

// Ties the option `name` to the field that `get(Owner&)` finds.
template <class Owner, class Get>
Setting<Owner> make_setting(std::string name, Get get, SettingRange range,
                            std::string description) {
  using T = std::remove_reference_t<std::invoke_result_t<Get, Owner&>>;
  Owner defaults;
  Setting<Owner> result;
  OptionDescriptor& option = result.option;
  option.name = std::move(name);
  option.type = setting_detail::option_type<T>();
  option.default_value = setting_detail::to_value<T>(get(defaults), range.separator);
  option.description = std::move(description);
  option.min = range.min;
  option.max = range.max;
  if constexpr (std::is_same_v<T, Duration>) option.unit = "ms";
  if constexpr (std::is_enum_v<T>) {
    for (const T choice : kChoices<T>) option.choices.emplace_back(to_string(choice));
  }
  result.set = [get, separator = range.separator](Owner& owner, const OptionValue& value) {
    setting_detail::from_value<T>(value, separator, get(owner));
  };
  return result;
}

}  // namespace voiceagent
