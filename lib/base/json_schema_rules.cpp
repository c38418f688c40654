#include "base/json_schema_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rapidjson.h"

namespace voiceagent {
namespace {

constexpr int kMaxDepth = 32;  // of schemas in schemas
constexpr std::size_t kMaxPattern = 256;
constexpr std::size_t kMaxRepeats = 1000;  // that a pattern may ask for, in all

// What a keyword's value must be.
enum class Rule {
  kAnything,
  kText,
  kFlag,
  kNumber,
  kPositive,
  kCount,
  kType,
  kNames,
  kValues,
  kPattern,
  kSchema,
  kSchemaOrFlag,
  kSchemas,  // a list of them
  kSchemasByName
};

struct Keyword {
  std::string_view name;
  Rule rule;
};

constexpr auto kKeywords = std::to_array<Keyword>({{"type", Rule::kType},
                                                   {"enum", Rule::kValues},
                                                   {"properties", Rule::kSchemasByName},
                                                   {"required", Rule::kNames},
                                                   {"additionalProperties", Rule::kSchemaOrFlag},
                                                   {"minProperties", Rule::kCount},
                                                   {"maxProperties", Rule::kCount},
                                                   {"items", Rule::kSchema},
                                                   {"minItems", Rule::kCount},
                                                   {"maxItems", Rule::kCount},
                                                   {"uniqueItems", Rule::kFlag},
                                                   {"minimum", Rule::kNumber},
                                                   {"maximum", Rule::kNumber},
                                                   {"exclusiveMinimum", Rule::kFlag},
                                                   {"exclusiveMaximum", Rule::kFlag},
                                                   {"multipleOf", Rule::kPositive},
                                                   {"minLength", Rule::kCount},
                                                   {"maxLength", Rule::kCount},
                                                   {"pattern", Rule::kPattern},
                                                   {"allOf", Rule::kSchemas},
                                                   {"anyOf", Rule::kSchemas},
                                                   {"oneOf", Rule::kSchemas},
                                                   {"not", Rule::kSchema},
                                                   // for people and models
                                                   {"title", Rule::kText},
                                                   {"description", Rule::kText},
                                                   {"format", Rule::kText},
                                                   {"default", Rule::kAnything},
                                                   {"examples", Rule::kAnything},
                                                   {"$schema", Rule::kText}});

// What people write that is not in the subset, and what to write instead.
struct Hint {
  std::string_view name;
  std::string_view advice;
};
constexpr auto kHints = std::to_array<Hint>(
    {{"$ref", "write the schema out where it is used; a recursive one is not possible"},
     {"$defs", "write the schemas out where they are used"},
     {"definitions", "write the schemas out where they are used"},
     {"const", "use \"enum\" with one value"},
     {"prefixItems", "use \"items\" with one schema"}});

bool is_type_name(const Json& json) {
  static constexpr std::array<std::string_view, 7> kTypes{"string", "number", "integer", "boolean",
                                                          "object", "array",  "null"};
  return json.is_string() && std::ranges::find(kTypes, json.string()) != kTypes.end();
}

// Whether `holds` for all elements of a list that isn't empty.
template <class Holds>
bool all_elements(const Json& json, const Holds& holds) {
  if (!json.is_array() || json.size() == 0) return false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (!holds(json.at(i))) return false;
  }
  return true;
}

// Repeats like {1000} are unrolled: nested, they would take the memory of the machine.
bool repeats_little(std::string_view pattern) {
  std::size_t product = 1;
  for (std::size_t at = pattern.find('{'); at != std::string_view::npos;
       at = pattern.find('{', at + 1)) {
    std::size_t most = 1;
    std::size_t number = 0;
    for (std::size_t i = at + 1; i < pattern.size() && pattern[i] != '}'; ++i) {
      const bool digit = pattern[i] >= '0' && pattern[i] <= '9';
      number = digit ? std::min(10 * number + static_cast<std::size_t>(pattern[i] - '0'),
                                kMaxRepeats + 1)
                     : 0;
      most = std::max(most, number);
    }
    product *= most;
    if (product > kMaxRepeats) return false;
  }
  return true;
}

// What RapidJSON takes for granted: brackets match, each alternative has something to match, a
// repeat has something to repeat, and that is neither a repeat itself nor a group that may be
// empty, or it would go round for ever.
class PatternCheck {
 public:
  explicit PatternCheck(std::string_view pattern) : pattern_(pattern) {}

  bool sound() {
    for (at_ = 0; at_ < pattern_.size(); ++at_) {
      if (!step(pattern_[at_])) return false;
    }
    return groups_.size() == 1 && groups_.back().matches;
  }

 private:
  struct Group {
    bool maybe_empty = false;  // something in it may be left out
    bool matches = false;      // the alternative that is being read has something to match
  };

  bool step(char c) {
    switch (c) {
      case '(': groups_.emplace_back(); return nothing();
      case ')': return end_group();
      case '|': return std::exchange(groups_.back().matches, false) && nothing();
      case '^':
      case '$': return nothing();
      case '*':
      case '?': groups_.back().maybe_empty = true; return repeat();
      case '+': return repeat();
      case '{': return count();
      case '[': return something() && skip_to(']');
      case '\\': ++at_; return something();
      default: return something();
    }
  }
  bool something() { return groups_.back().matches = repeatable_ = true; }
  bool nothing() {
    repeatable_ = false;
    return true;
  }
  bool repeat() { return std::exchange(repeatable_, false); }
  bool count() {
    if (at_ + 1 < pattern_.size() && pattern_[at_ + 1] == '0') {
      groups_.back().maybe_empty = true;
    }
    return skip_to('}') && repeat();
  }
  bool end_group() {
    if (groups_.size() == 1 || !groups_.back().matches) return false;
    const bool maybe_empty = groups_.back().maybe_empty;
    groups_.pop_back();
    groups_.back().maybe_empty = groups_.back().maybe_empty || maybe_empty;
    something();
    repeatable_ = !maybe_empty;
    return true;
  }
  bool skip_to(char end) {
    for (++at_; at_ < pattern_.size() && pattern_[at_] != end; ++at_) {
      if (pattern_[at_] == '\\') ++at_;
    }
    return at_ < pattern_.size();
  }

  const std::string_view pattern_;
  std::size_t at_ = 0;
  bool repeatable_ = false;
  std::vector<Group> groups_{Group()};  // the open ones, the whole pattern first
};

std::string wrong_pattern(const Json& json) {
  if (!json.is_string()) return "must be a string";
  const std::string pattern(json.string());
  if (pattern.size() > kMaxPattern) return "must have at most 256 bytes";
  if (pattern.find('\0') != std::string::npos) return "must have no NUL: it would end there";
  if (!repeats_little(pattern)) return "repeats more than 1000 times";
  if (PatternCheck(pattern).sound() && rapidjson::internal::Regex(pattern.c_str()).IsValid())
    return {};
  return "is not a regular expression of the kind that is understood: a|b, a?, a*, a+, a{3}, "
         "a{3,5}, "
         "(ab), ^, $, ., [a-c], [^abc]";
}

// RapidJSON would take it for a schema, which nobody has checked.
bool looks_like_schema(const Json& value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string_view key = value.is_object() ? value.key_at(i) : std::string_view();
    if (key == "pattern" || key == "patternProperties" || key == "$ref") return true;
    if (looks_like_schema(value.at(i))) return true;
  }
  return false;
}

class Walk {
 public:
  Status schema(const Json& json, const std::string& path, int depth) {
    if (!json.is_object()) return wrong(path, "must be a schema, which is an object");
    if (depth > kMaxDepth) return wrong(path, "is nested too deeply");
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string_view key = json.key_at(i);
      const auto known = std::ranges::find(kKeywords, key, &Keyword::name);
      if (known == kKeywords.end()) return unknown(path, key);
      const std::string place = path + "/" + std::string(key);
      if (Status status = value(known->rule, json.at(i), place, depth); !status.ok()) return status;
    }
    return Status::success();
  }

 private:
  static Status wrong(const std::string& path, const std::string& what) {
    return invalid_argument((path.empty() ? "the schema" : path) + ": " + what);
  }
  static Status unknown(const std::string& path, std::string_view key) {
    const auto hint = std::ranges::find(kHints, key, &Hint::name);
    const std::string advice(hint == kHints.end() ? "docs/guide/tools.md lists those that there are"
                                                  : hint->advice);
    return wrong(path, "the keyword '" + std::string(key) + "' is not supported: " + advice);
  }

  Status value(Rule rule, const Json& json, const std::string& path, int depth) {
    switch (rule) {
      case Rule::kSchema: return schema(json, path, depth + 1);
      case Rule::kSchemaOrFlag:
        if (json.type() == JsonType::kBool) return Status::success();
        return schema(json, path, depth + 1);
      case Rule::kSchemas:
        if (!json.is_array() || json.size() == 0) {
          return wrong(path, "must be a list of schemas that is not empty");
        }
        return schemas(json, path, depth);
      case Rule::kSchemasByName:
        if (!json.is_object()) return wrong(path, "must be an object of schemas");
        return schemas(json, path, depth);
      default: {
        const std::string what = wrong_value(rule, json);
        return what.empty() ? Status::success() : wrong(path, what);
      }
    }
  }

  Status schemas(const Json& json, const std::string& path, int depth) {
    for (std::size_t i = 0; i < json.size(); ++i) {
      const std::string name = json.is_object() ? std::string(json.key_at(i)) : std::to_string(i);
      if (Status status = schema(json.at(i), path + "/" + name, depth + 1); !status.ok()) {
        return status;
      }
    }
    return Status::success();
  }

  // What is wrong with a plain value; empty: nothing.
  static std::string wrong_value(Rule rule, const Json& json) {
    const bool number = json.type() == JsonType::kNumber;
    switch (rule) {
      case Rule::kText: return json.is_string() ? "" : "must be a string";
      case Rule::kFlag:
        if (json.type() == JsonType::kBool) return "";
        return "must be true or false, as in draft 4";
      case Rule::kNumber: return number ? "" : "must be a number";
      case Rule::kPositive: return number && json.number() > 0 ? "" : "must be a number above 0";
      case Rule::kCount: {
        const std::int64_t count = json.integer(-1);
        return number && count >= 0 && count <= 0x7FFF'FFFF ? "" : "must be an integer from 0";
      }
      case Rule::kType:
        if (is_type_name(json) || all_elements(json, is_type_name)) return "";
        return "must be \"string\", \"number\", \"integer\", \"boolean\", \"object\", \"array\", "
               "\"null\", or a list of these";
      case Rule::kNames:
        if (json.is_array() && json.size() == 0) return "";
        if (all_elements(json, [](const Json& name) { return name.is_string(); })) return "";
        return "must be a list of names";
      case Rule::kValues:
        if (!json.is_array() || json.size() == 0) {
          return "must be a list of values that is not empty";
        }
        if (!looks_like_schema(json)) return "";
        return "must have no object with a member 'pattern', 'patternProperties' or '$ref'";
      case Rule::kPattern: return wrong_pattern(json);
      default: return "";
    }
  }
};

}  // namespace

Status check_schema_rules(const Json& schema) {
  if (schema.is_object() && schema["type"].string() != "object") {
    return invalid_argument("the schema: its \"type\" must be \"object\": arguments have names");
  }
  return Walk().schema(schema, "", 0);
}

}  // namespace voiceagent
