/// @file
/// JSON for hosts and tools: a writer that builds text, and a reader of whole documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "voiceagent/export.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// Writes one JSON document into a string. Calls must make a well-formed document (a key before
/// each value of an object, every begin ended); a breach is a defect of the caller, caught in debug
/// builds.
class VOICEAGENT_EXPORT JsonWriter {
 public:
  /// Compact, or with line breaks and an indentation of two.
  explicit JsonWriter(bool pretty = false);
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object();                       ///< "{"
  JsonWriter& end_object();                         ///< "}"
  JsonWriter& begin_array();                        ///< "["
  JsonWriter& end_array();                          ///< "]"
  JsonWriter& key(std::string_view name);           ///< The name of the next value.
  JsonWriter& value(std::string_view text);         ///< A string; invalid UTF-8 becomes U+FFFD.
  JsonWriter& value(const char* text);              ///< A string.
  JsonWriter& value(bool flag);                     ///< true or false.
  JsonWriter& value(std::int64_t number);           ///< An integer.
  JsonWriter& value(std::uint64_t number);          ///< An integer.
  JsonWriter& value(int number);                    ///< An integer.
  JsonWriter& value(double number);                 ///< A number; null for NaN and infinity.
  JsonWriter& number(double number, int decimals);  ///< A number with at most so many decimals.
  JsonWriter& null();                               ///< null

  /// key() and value() in one.
  template <class T>
  JsonWriter& field(std::string_view name, const T& v) {
    return key(name).value(v);
  }

  /// The text so far. Valid until the next call.
  std::string_view text() const;
  /// Begins a new document, keeping the memory.
  void clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a JSON value is.
enum class JsonType { kNull, kBool, kNumber, kString, kArray, kObject };

/// A parsed document, or a value inside one: cheap to copy, keeps the document alive, immutable.
class VOICEAGENT_EXPORT Json {
 public:
  /// null
  Json();
  /// Parses UTF-8 text. Errors say line and column. Nesting deeper than 64, invalid UTF-8, trailing
  /// text and duplicate keys are refused.
  static Result<Json> parse(std::string_view text);

  JsonType type() const;                                          ///< What it is.
  bool is_null() const { return type() == JsonType::kNull; }      ///< Whether it is null.
  bool is_string() const { return type() == JsonType::kString; }  ///< Whether it is a string.
  bool is_object() const { return type() == JsonType::kObject; }  ///< Whether it is an object.
  bool is_array() const { return type() == JsonType::kArray; }    ///< Whether it is an array.
  bool boolean(bool otherwise = false) const;                     ///< The bool, or `otherwise`.
  double number(double otherwise = 0) const;                      ///< The number, or `otherwise`.
  std::int64_t integer(std::int64_t otherwise = 0) const;         ///< The integer, or `otherwise`.
  /// The string, or `otherwise`. Valid as long as any value of the document.
  std::string_view string(std::string_view otherwise = {}) const;
  std::size_t size() const;          ///< Elements or members; 0 for anything else.
  Json at(std::size_t index) const;  ///< An element or the value of a member, or null.
  std::string_view key_at(std::size_t index) const;  ///< The name of a member, or empty.
  Json operator[](std::string_view key) const;       ///< A member, or null.
  bool has(std::string_view key) const;              ///< Whether there is such a member.
  std::string dump() const;                          ///< As compact text.

 private:
  std::shared_ptr<const void> document_;
  const void* value_ = nullptr;
};

}  // namespace voiceagent
