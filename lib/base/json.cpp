#include "voiceagent/json.h"

#include <algorithm>
#include <vector>

#include "base/rapidjson.h"

namespace voiceagent {
namespace {

using Document = rapidjson::Document;
using Value = rapidjson::Value;

constexpr int kMaxDepth = 64;
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseFullPrecisionFlag;

// Hands the parser's calls on to the document, but refuses deep nesting while it is read.
class DepthGuard {
 public:
  explicit DepthGuard(Document& document) : document_(document) {}

  bool StartObject() { return enter() && document_.StartObject(); }
  bool EndObject(rapidjson::SizeType n) { return leave() && document_.EndObject(n); }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType n) { return leave() && document_.EndArray(n); }
  bool Null() { return document_.Null(); }
  bool Bool(bool b) { return document_.Bool(b); }
  bool Int(int i) { return document_.Int(i); }
  bool Uint(unsigned i) { return document_.Uint(i); }
  bool Int64(std::int64_t i) { return document_.Int64(i); }
  bool Uint64(std::uint64_t i) { return document_.Uint64(i); }
  bool Double(double d) { return document_.Double(d); }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool copy) {
    return document_.RawNumber(s, n, copy);
  }
  bool String(const char* s, rapidjson::SizeType n, bool copy) {
    return document_.String(s, n, copy);
  }
  bool Key(const char* s, rapidjson::SizeType n, bool copy) { return document_.Key(s, n, copy); }

 private:
  bool enter() { return ++depth_ <= kMaxDepth; }
  bool leave() {
    --depth_;
    return true;
  }

  Document& document_;
  int depth_ = 0;
};

std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 when there is none
  return "line " + std::to_string(line) + ", column " +
         std::to_string(before.size() - line_start + 1);
}

std::string_view view(const Value& string) {
  return {string.GetString(), string.GetStringLength()};
}

// A name that stands twice in one object, or an empty view. Depth is bounded already.
const Value* duplicate_key(const Value& value) {
  if (value.IsArray()) {
    for (const Value& element : value.GetArray()) {
      if (const Value* found = duplicate_key(element)) return found;
    }
  }
  if (!value.IsObject()) return nullptr;
  std::vector<const Value*> names;
  for (const auto& member : value.GetObject()) {
    names.push_back(&member.name);
    if (const Value* found = duplicate_key(member.value)) return found;
  }
  std::ranges::sort(names, {}, [](const Value* name) { return view(*name); });
  const auto twice = std::ranges::adjacent_find(names, {}, [](const Value* n) { return view(*n); });
  return twice == names.end() ? nullptr : *twice;
}

const Value& as_value(const void* value) {
  static const Value kNull;
  return value == nullptr ? kNull : *static_cast<const Value*>(value);
}

}  // namespace

Json::Json() = default;

Result<Json> Json::parse(std::string_view text) {
  auto document = std::make_shared<Document>();
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  auto generate = [&](Document& target) {
    DepthGuard guard(target);
    return !reader.Parse<kParseFlags>(stream, guard).IsError();
  };
  document->Populate(generate);
  if (reader.HasParseError()) {
    const bool too_deep = reader.GetParseErrorCode() == rapidjson::kParseErrorTermination;
    const std::string what = too_deep
                                 ? "nested deeper than " + std::to_string(kMaxDepth) + " levels"
                                 : rapidjson::GetParseError_En(reader.GetParseErrorCode());
    return invalid_argument("invalid JSON at " + place(text, reader.GetErrorOffset()) + ": " +
                            what);
  }
  if (const Value* name = duplicate_key(*document)) {
    return invalid_argument("invalid JSON: the key '" + std::string(view(*name)) +
                            "' stands twice in one object");
  }
  Json json;
  json.value_ = static_cast<const Value*>(document.get());
  json.document_ = std::move(document);
  return json;
}

JsonType Json::type() const {
  const Value& value = as_value(value_);
  if (value.IsBool()) return JsonType::kBool;
  if (value.IsNumber()) return JsonType::kNumber;
  if (value.IsString()) return JsonType::kString;
  if (value.IsArray()) return JsonType::kArray;
  return value.IsObject() ? JsonType::kObject : JsonType::kNull;
}

bool Json::boolean(bool otherwise) const {
  const Value& value = as_value(value_);
  return value.IsBool() ? value.GetBool() : otherwise;
}

double Json::number(double otherwise) const {
  const Value& value = as_value(value_);
  return value.IsNumber() ? value.GetDouble() : otherwise;
}

std::int64_t Json::integer(std::int64_t otherwise) const {
  const Value& value = as_value(value_);
  return value.IsInt64() ? value.GetInt64() : otherwise;
}

std::string_view Json::string(std::string_view otherwise) const {
  const Value& value = as_value(value_);
  return value.IsString() ? view(value) : otherwise;
}

std::size_t Json::size() const {
  const Value& value = as_value(value_);
  if (value.IsArray()) return value.Size();
  return value.IsObject() ? value.MemberCount() : 0;
}

Json Json::at(std::size_t index) const {
  Json json;
  if (index >= size()) return json;
  const Value& value = as_value(value_);
  json.document_ = document_;
  const auto i = static_cast<rapidjson::SizeType>(index);
  json.value_ = value.IsArray() ? &value[i] : &(value.MemberBegin() + static_cast<int>(i))->value;
  return json;
}

std::string_view Json::key_at(std::size_t index) const {
  const Value& value = as_value(value_);
  if (!value.IsObject() || index >= size()) return {};
  return view((value.MemberBegin() + static_cast<int>(index))->name);
}

Json Json::operator[](std::string_view key) const {
  Json json;
  const Value& value = as_value(value_);
  if (!value.IsObject()) return json;
  const auto name = rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  const auto member = value.FindMember(Value(name));
  if (member == value.MemberEnd()) return json;
  json.document_ = document_;
  json.value_ = &member->value;
  return json;
}

bool Json::has(std::string_view key) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (key_at(i) == key && is_object()) return true;
  }
  return false;
}

std::string Json::dump() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  as_value(value_).Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace voiceagent
