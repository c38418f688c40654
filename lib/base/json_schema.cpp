#include "base/json_schema.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_schema_rules.h"
#include "base/rapidjson.h"
#include "base/utf8.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxQuoted = 200;  // bytes of a rule in an error

std::string text_of(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string text_of(const rapidjson::Pointer& pointer) {
  rapidjson::StringBuffer buffer;
  pointer.Stringify(buffer);
  return {buffer.GetString(), buffer.GetSize()};
}

// The one integer whose negation RapidJSON's check of multipleOf can't hold.
bool has_least_integer(const Json& value) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  if (value.type() == JsonType::kNumber) return value.integer() == kLeast;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (has_least_integer(value.at(i))) return true;
  }
  return false;
}

// RapidJSON's iterators can't be compared in C++20.
auto& member_at(rapidjson::Value& object, rapidjson::SizeType i) {
  return *(object.MemberBegin() + static_cast<std::ptrdiff_t>(i));
}

// RapidJSON takes every object for a schema, and compiles what it finds in it: defaults and
// examples are values.
void drop_values(rapidjson::Value& part) {
  if (part.IsArray()) {
    for (rapidjson::Value& each : part.GetArray()) drop_values(each);
  }
  if (!part.IsObject()) return;
  while (part.EraseMember("default") || part.EraseMember("examples")) {
  }
  for (rapidjson::SizeType i = 0; i < part.MemberCount(); ++i) {
    auto& [key, value] = member_at(part, i);
    const std::string_view name(key.GetString(), key.GetStringLength());
    if (name == "enum") continue;
    if (name != "properties") {
      drop_values(value);
      continue;
    }
    for (rapidjson::SizeType k = 0; k < value.MemberCount(); ++k)
      drop_values(member_at(value, k).value);
  }
}

class Compiled final : public JsonSchema {
 public:
  explicit Compiled(const std::string& text) {
    source_.Parse(text.c_str(), text.size());
    drop_values(source_);
    schema_ = std::make_unique<rapidjson::SchemaDocument>(source_);
  }

  Status check(const Json& value) const override {
    if (has_least_integer(value)) {
      return invalid_argument("the number -9223372036854775808 is out of range");
    }
    const std::string text = value.dump();
    rapidjson::Document document;
    document.Parse(text.c_str(), text.size());
    const std::lock_guard lock(mutex_);  // its regular expressions keep their state in themselves
    rapidjson::SchemaValidator validator(*schema_);
    if (document.Accept(validator)) return Status::success();
    return invalid_argument(describe(validator));
  }

 private:
  // "at /city: must satisfy "type": "string"".
  std::string describe(const rapidjson::SchemaValidator& validator) const {
    std::string where = text_of(validator.GetInvalidDocumentPointer());
    if (where.empty()) where = "the top";
    const std::string keyword = validator.GetInvalidSchemaKeyword();
    std::string rule = "\"" + keyword + "\"";
    const rapidjson::Value* part = validator.GetInvalidSchemaPointer().Get(source_);
    const bool known = part != nullptr && part->IsObject() && part->HasMember(keyword);
    if (known) rule += ": " + text_of((*part)[keyword]);
    if (rule.size() > kMaxQuoted) rule = std::string(truncate_utf8(rule, kMaxQuoted)) + "...";
    return "at " + where + ": breaks the rule " + rule;
  }

  rapidjson::Document source_;
  std::unique_ptr<rapidjson::SchemaDocument> schema_;
  mutable std::mutex mutex_;
};

}  // namespace

Result<std::shared_ptr<const JsonSchema>> JsonSchema::compile(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return invalid_argument("has " + std::to_string(text.size()) + " bytes; at most " +
                            std::to_string(kMaxBytes) + " are allowed");
  }
  const Result<Json> json = Json::parse(text);
  if (!json.ok()) return json.status();
  if (Status status = check_schema_rules(*json); !status.ok()) return status;
  return std::shared_ptr<const JsonSchema>(std::make_shared<Compiled>(json->dump()));
}

}  // namespace voiceagent
