/// @file
/// Options that a provider, transport or store states about itself, and the values given for them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "voiceagent/export.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// What kind of value an option takes.
enum class OptionType { kBool, kInteger, kNumber, kString, kPath };

/// The lower-case name of a type, as in error messages ("integer").
VOICEAGENT_EXPORT std::string_view to_string(OptionType type);

/// A value of an option.
using OptionValue = std::variant<bool, std::int64_t, double, std::string>;

/// Describes one option, once, for the configuration check, the help texts and the documentation.
struct OptionDescriptor {
  std::string name;                       ///< snake_case, unique within its owner.
  OptionType type = OptionType::kString;  ///< The type of its values.
  OptionValue default_value;              ///< Used when nothing is given; of that type.
  std::string description;                ///< One sentence.
  std::string unit;                       ///< "ms", "Hz", ... or empty.
  double min = -std::numeric_limits<double>::infinity();  ///< Least number allowed.
  double max = std::numeric_limits<double>::infinity();   ///< Greatest number allowed.
  std::vector<std::string> choices;                       ///< The strings allowed; empty: any.
  std::string environment;  ///< Environment variable that overrides it, or empty.
};

/// The values given for one owner's options, complete with defaults once it has been checked.
class VOICEAGENT_EXPORT Options {
 public:
  /// None given.
  Options() = default;
  /// Sets a value; replaces an earlier one. Returns *this, for chaining.
  Options& set(std::string name, OptionValue value);
  /// Whether a value is there.
  bool has(std::string_view name) const;
  /// A bool; false when it is not there or has another type.
  bool boolean(std::string_view name) const;
  /// An integer; 0 when it is not there or has another type.
  std::int64_t integer(std::string_view name) const;
  /// A number, integers included; 0 when it is not there or has another type.
  double number(std::string_view name) const;
  /// A string; empty when it is not there or has another type. Valid until the next set().
  const std::string& string(std::string_view name) const;
  /// All values by name.
  const std::map<std::string, OptionValue, std::less<>>& values() const { return values_; }

 private:
  std::map<std::string, OptionValue, std::less<>> values_;
};

/// Checks `given` against the descriptors: unknown names, wrong types, values out of range. On
/// success returns the values with every missing default filled in; the error names the option,
/// says what is wrong and what is allowed, and suggests the nearest name for an unknown one.
VOICEAGENT_EXPORT Result<Options> check_options(std::span<const OptionDescriptor> descriptors,
                                                const Options& given);

/// The name in `known` that looks most like `name` (edit distance of at most a third of its
/// length), or an empty string: for "did you mean" hints.
VOICEAGENT_EXPORT std::string nearest_name(std::string_view name,
                                           std::span<const std::string> known);

}  // namespace voiceagent
