#include <cmath>
#include <variant>

#include "base/rapidjson.h"
#include "base/utf8.h"
#include "voiceagent/json.h"

namespace voiceagent {

struct JsonWriter::Impl {
  using Buffer = rapidjson::StringBuffer;
  using Compact = rapidjson::Writer<Buffer>;
  using Pretty = rapidjson::PrettyWriter<Buffer>;

  explicit Impl(bool pretty) {
    if (pretty) {
      writer.emplace<Pretty>(buffer).SetIndent(' ', 2);
    } else {
      writer.emplace<Compact>(buffer);
    }
  }

  // Calls `f` with the writer in use.
  template <class F>
  void with(F f) {
    std::visit(
        [&f]<class W>(W& w) {
          if constexpr (!std::is_same_v<W, std::monostate>) f(w);
        },
        writer);
  }

  Buffer buffer;
  std::variant<std::monostate, Compact, Pretty> writer;
};

namespace {

template <class Writer>
void write_string(Writer& w, std::string_view text) {
  w.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

JsonWriter::JsonWriter(bool pretty) : impl_(std::make_unique<Impl>(pretty)) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::begin_object() {
  impl_->with([](auto& w) { w.StartObject(); });
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  impl_->with([](auto& w) { w.EndObject(); });
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  impl_->with([](auto& w) { w.StartArray(); });
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  impl_->with([](auto& w) { w.EndArray(); });
  return *this;
}

// A key is written as a string is; the writer knows by itself which of the two it is.
JsonWriter& JsonWriter::key(std::string_view name) { return value(name); }

JsonWriter& JsonWriter::value(std::string_view text) {
  if (is_valid_utf8(text)) {
    impl_->with([text](auto& w) { write_string(w, text); });
  } else {
    const std::string mended = sanitize_utf8(text);
    impl_->with([&mended](auto& w) { write_string(w, mended); });
  }
  return *this;
}

JsonWriter& JsonWriter::value(const char* text) { return value(std::string_view(text)); }
JsonWriter& JsonWriter::value(bool flag) {
  impl_->with([flag](auto& w) { w.Bool(flag); });
  return *this;
}
JsonWriter& JsonWriter::value(std::int64_t number) {
  impl_->with([number](auto& w) { w.Int64(number); });
  return *this;
}
JsonWriter& JsonWriter::value(std::uint64_t number) {
  impl_->with([number](auto& w) { w.Uint64(number); });
  return *this;
}
JsonWriter& JsonWriter::value(int number) { return value(std::int64_t{number}); }

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  impl_->with([number](auto& w) { w.Double(number); });
  return *this;
}

JsonWriter& JsonWriter::number(double number, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double scaled = std::round(number * scale);
  if (!std::isfinite(scaled)) return value(number);  // far beyond having decimals
  return value(scaled == 0 ? 0 : scaled / scale);    // without a sign on zero
}

JsonWriter& JsonWriter::null() {
  impl_->with([](auto& w) { w.Null(); });
  return *this;
}

std::string_view JsonWriter::text() const {
  return {impl_->buffer.GetString(), impl_->buffer.GetSize()};
}

void JsonWriter::clear() {
  impl_->buffer.Clear();
  impl_->with([this](auto& w) { w.Reset(impl_->buffer); });
}

}  // namespace voiceagent
