#include "sim/scenario/object_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "voiceagent/options.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kMaxProblems = 100;
constexpr std::size_t kMaxQuoted = 80;

std::string number_text(double number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

std::string quoted(std::string_view text) {
  return "'" + escape_control(truncate_utf8(text, kMaxQuoted)) + "'";
}

std::string must_be(std::string_view what, const Json& json) {
  return "must be " + std::string(what) + ", not " + std::string(type_name(json.type()));
}

}  // namespace

Problems::Problems(std::string_view file) : file_(file) {}

void Problems::add(std::string_view path, std::string_view what) {
  if (const auto line = what.find('\n'); line != std::string_view::npos) {
    add(path, what.substr(0, line));
    return add(path, what.substr(line + 1));
  }
  if (++count_ > kMaxProblems) return;
  if (!text_.empty()) text_ += '\n';
  text_ += file_ + ": ";
  if (!path.empty()) text_.append(escape_control(path)).append(": ");  // keys are in it
  text_ += count_ == kMaxProblems ? "and more of the kind" : what;
}

std::string element_path(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string_view type_name(JsonType type) {
  switch (type) {
    case JsonType::kNull: return "null";
    case JsonType::kBool: return "true or false";
    case JsonType::kNumber: return "a number";
    case JsonType::kString: return "a string";
    case JsonType::kArray: return "a list";
    case JsonType::kObject: return "an object";
  }
  return "unknown";
}

std::string hint(std::string_view name, std::span<const std::string> known) {
  const std::string near = nearest_name(name, known);
  if (!near.empty()) return "; did you mean '" + near + "'?";
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "; there are: " : ", ") + one;
  return list;
}

std::optional<std::string> read_string(const Json& json, const std::string& path, Problems& out) {
  if (json.is_string()) return std::string(json.string());
  out.add(path, must_be("a string", json));
  return std::nullopt;
}

std::optional<std::string> read_text(const Json& json, const std::string& path, Problems& out) {
  auto text = read_string(json, path, out);
  if (text && trim(*text).empty()) {
    out.add(path, "must not be empty");
    return std::nullopt;
  }
  return text;
}

std::optional<double> read_number(const Json& json, const std::string& path, double min, double max,
                                  Problems& out) {
  if (json.type() != JsonType::kNumber) {
    out.add(path, must_be("a number", json));
    return std::nullopt;
  }
  const double number = json.number();
  if (number >= min && number <= max) return number;
  out.add(path, "must be from " + number_text(min) + " to " + number_text(max) + ", not " +
                    number_text(number));
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Json& json, const std::string& path,
                                         std::int64_t min, std::int64_t max, Problems& out) {
  const auto value =
      read_number(json, path, static_cast<double>(min), static_cast<double>(max), out);
  if (!value) return std::nullopt;
  if (std::trunc(*value) == *value) return static_cast<std::int64_t>(*value);
  out.add(path, "must be a whole number, not " + number_text(*value));
  return std::nullopt;
}

std::optional<Duration> read_ms(const Json& json, const std::string& path, double min, double max,
                                Problems& out) {
  const auto number = read_number(json, path, min, max, out);
  if (!number) return std::nullopt;
  return Duration(std::llround(*number * 1e6));
}

std::optional<std::size_t> read_choice(const Json& json, const std::string& path,
                                       std::span<const std::string> names, Problems& out) {
  const auto name = read_string(json, path, out);
  if (!name) return std::nullopt;
  const auto found = std::ranges::find(names, *name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  out.add(path, quoted(*name) + " is unknown" + hint(*name, names));
  return std::nullopt;
}

bool expect_array(const Json& json, const std::string& path, Problems& out) {
  if (json.is_array()) return true;
  out.add(path, must_be("a list", json));
  return false;
}

ObjectReader::ObjectReader(const Json& json, std::string path, Problems& out)
    : json_(json), path_(std::move(path)), out_(out) {
  if (!json_.is_object()) out_.add(path_, must_be("an object", json_));
}

bool ObjectReader::has(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.emplace_back(key);
  return json_.has(key);
}

Json ObjectReader::get(std::string_view key) { return has(key) ? json_[key] : Json(); }

std::string ObjectReader::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

std::optional<std::string> ObjectReader::string(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return read_string(json_[key], path(key), out_);
}

std::optional<std::string> ObjectReader::text(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return read_text(json_[key], path(key), out_);
}

std::optional<bool> ObjectReader::flag(std::string_view key) {
  if (!has(key)) return std::nullopt;
  const Json value = json_[key];
  if (value.type() == JsonType::kBool) return value.boolean();
  out_.add(path(key), must_be("true or false", value));
  return std::nullopt;
}

std::optional<double> ObjectReader::number(std::string_view key, double min, double max) {
  if (!has(key)) return std::nullopt;
  return read_number(json_[key], path(key), min, max, out_);
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key, std::int64_t min,
                                                  std::int64_t max) {
  if (!has(key)) return std::nullopt;
  return read_integer(json_[key], path(key), min, max, out_);
}

std::optional<Duration> ObjectReader::ms(std::string_view key, double min, double max) {
  if (!has(key)) return std::nullopt;
  return read_ms(json_[key], path(key), min, max, out_);
}

std::optional<std::size_t> ObjectReader::choice(std::string_view key,
                                                std::span<const std::string> names) {
  if (!has(key)) return std::nullopt;
  return read_choice(json_[key], path(key), names, out_);
}

void ObjectReader::refuse_the_rest() {
  for (std::size_t i = 0; i < json_.size(); ++i) {
    if (!json_.is_object()) return;
    const std::string_view key = json_.key_at(i);
    if (std::ranges::find(known_, key) != known_.end()) continue;
    out_.add(path_, "there is no key " + quoted(key) + hint(key, known_));
  }
}

}  // namespace voiceagent::sim
