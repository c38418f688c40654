#include "voiceagent/json.h"

#include <cmath>

#include "base/rapidjson.h"

namespace voiceagent {
namespace {

using Value = rapidjson::Value;

std::string_view view(const Value& string) {
  return {string.GetString(), string.GetStringLength()};
}

const Value& as_value(const void* value) {
  static const Value kNull;
  return value == nullptr ? kNull : *static_cast<const Value*>(value);
}

// The value of that member, or null when there is none.
const Value* find_member(const Value& object, std::string_view key) {
  if (!object.IsObject()) return nullptr;
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (view(member->name) == key) return &member->value;
  }
  return nullptr;
}

}  // namespace

Json::Json() = default;

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

// 2.0 is an integer too. Beyond 2^53 a double may stand for its neighbours, and is none.
std::int64_t Json::integer(std::int64_t otherwise) const {
  const Value& value = as_value(value_);
  if (value.IsInt64()) return value.GetInt64();
  if (!value.IsDouble()) return otherwise;
  const double number = value.GetDouble();
  const bool fits = std::abs(number) < 0x1p53 && std::trunc(number) == number;
  return fits ? static_cast<std::int64_t>(number) : otherwise;
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
  json.value_ = find_member(as_value(value_), key);
  if (json.value_ != nullptr) json.document_ = document_;
  return json;
}

bool Json::has(std::string_view key) const { return find_member(as_value(value_), key) != nullptr; }

std::string Json::dump() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  as_value(value_).Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace voiceagent
