// Reads a JSON object key by key, and knows afterwards which keys nobody asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/problems.h"
#include "voiceagent/json.h"
#include "voiceagent/time.h"

namespace voiceagent::sim {

// Single values: nothing, and a problem at `path`, when it is of another type or out of range.
std::optional<std::string> read_string(const Json& json, const std::string& path, Problems& out);
// The same of a string that is more than white space.
std::optional<std::string> read_text(const Json& json, const std::string& path, Problems& out);
std::optional<double> read_number(const Json& json, const std::string& path, double min, double max,
                                  Problems& out);
std::optional<std::int64_t> read_integer(const Json& json, const std::string& path,
                                         std::int64_t min, std::int64_t max, Problems& out);
// Milliseconds with decimals, from `min` to `max` of them.
std::optional<Duration> read_ms(const Json& json, const std::string& path, double min, double max,
                                Problems& out);
// One of `names`; the index of it.
std::optional<std::size_t> read_choice(const Json& json, const std::string& path,
                                       std::span<const std::string> names, Problems& out);
// Whether it is an array; a problem when it isn't.
bool expect_array(const Json& json, const std::string& path, Problems& out);
// "a string", "a number", ...
std::string_view type_name(JsonType type);
// "; did you mean 'x'?" or, when nothing looks like it, "; there are: ...".
std::string hint(std::string_view name, std::span<const std::string> known);

inline constexpr double kMaxMs = 86'400'000;  // a day

class ObjectReader {
 public:
  // A value that is no object is a problem, and has no keys.
  ObjectReader(const Json& json, std::string path, Problems& out);

  // Whether the key is there. Each of these makes the key known.
  bool has(std::string_view key);
  // Its value, or null.
  Json get(std::string_view key);
  // Its place: "steps[3].say".
  std::string path(std::string_view key) const;
  const std::string& path() const { return path_; }
  Problems& problems() { return out_; }

  // The value of a key; nothing when it isn't there, or wrong.
  std::optional<std::string> string(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  std::optional<double> number(std::string_view key, double min, double max);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<Duration> ms(std::string_view key, double min = 0, double max = kMaxMs);
  std::optional<std::size_t> choice(std::string_view key, std::span<const std::string> names);
  // One of `values` by its to_string().
  template <class Enum>
  std::optional<Enum> named(std::string_view key, std::span<const Enum> values) {
    std::vector<std::string> names;
    for (const Enum value : values) names.emplace_back(to_string(value));
    const auto index = choice(key, names);
    return index ? std::optional<Enum>(values[*index]) : std::nullopt;
  }
  // Assigns a value if there is one.
  template <class T, class U>
  static void put(T& target, const std::optional<U>& value) {
    if (value) target = static_cast<T>(*value);
  }

  // Every key that nobody asked for is a problem. Call it last.
  void refuse_the_rest();

 private:
  const Json json_;
  const std::string path_;
  Problems& out_;
  std::vector<std::string> known_;
};

}  // namespace voiceagent::sim
