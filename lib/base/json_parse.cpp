#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <locale>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/rapidjson.h"
#include "base/text.h"
#include "base/utf8.h"
#include "voiceagent/json.h"

namespace voiceagent {

namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;  // RapidJSON counts with 32 bits
constexpr std::size_t kMaxQuotedKey = 64;

// Iterative, so that nesting costs no stack. Strings stay where they are in the text, decoded in
// place; they are checked here, as are numbers: RapidJSON would let half a surrogate pair pass, and
// the standard library knows better how to round.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

using Pool = rapidjson::MemoryPoolAllocator<>;
using Size = rapidjson::SizeType;

// The values, and the text in which their strings lie.
struct Tree {
  explicit Tree(std::string_view json)
      : text(new char[json.size() + kPadding]),
        pool(std::clamp<std::size_t>(2 * json.size(), 256, 64 * 1024)) {
    std::memcpy(text.get(), json.data(), json.size());
    std::memset(text.get() + json.size(), 0, kPadding);
  }

  static constexpr std::size_t kPadding = 16;  // RapidJSON looks at blocks of that size
  const std::unique_ptr<char[]> text;
  Pool pool;
  rapidjson::Document document{&pool};
};

// What is wrong, and at which byte.
struct Fault {
  std::string what;
  std::size_t offset = 0;
};

// "line 3, column 7", in characters.
std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::string_view row = before.substr(before.rfind('\n') + 1);
  const auto column = std::ranges::count_if(row, [](char c) { return (c & 0xC0) != 0x80; }) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

Status error_at(std::string_view text, const Fault& fault) {
  return invalid_argument("invalid JSON at " + position(text, fault.offset) + ": " + fault.what);
}

// Reads a number too large or too small for from_chars: false for too large.
bool read_extreme(std::string_view digits, double& number) {
  std::istringstream stream{std::string(digits)};
  stream.imbue(std::locale::classic());
  return static_cast<bool>(stream >> number);
}

// Stands between the reader and the document, and refuses what shall not get in.
class Gatekeeper {
 public:
  Gatekeeper(rapidjson::Document& document, const char* text) : document_(document), text_(text) {}

  const Fault& fault() const { return fault_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool b) { return document_.Bool(b); }
  bool StartObject() { return enter() && document_.StartObject(); }
  bool EndObject(Size members) {
    --depth_;
    return check_keys(members) && document_.EndObject(members);
  }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(Size elements) {
    --depth_;
    return document_.EndArray(elements);
  }
  bool String(const char* string, Size length, bool copy) {
    return check_string({string, length}) && document_.String(string, length, copy);
  }
  bool Key(const char* name, Size length, bool copy) {
    keys_.emplace_back(name, length);
    return String(name, length, copy);
  }
  bool RawNumber(const char* digits, Size length, bool) { return number({digits, length}); }

  // Numbers come as text; the reader wants these all the same.
  bool Int(int i) { return document_.Int(i); }
  bool Uint(unsigned i) { return document_.Uint(i); }
  bool Int64(std::int64_t i) { return document_.Int64(i); }
  bool Uint64(std::uint64_t i) { return document_.Uint64(i); }
  bool Double(double d) { return document_.Double(d); }

 private:
  bool refuse(const char* where, std::string what) {
    fault_ = {std::move(what), where == nullptr ? 0 : static_cast<std::size_t>(where - text_)};
    return false;
  }
  bool enter() {
    if (++depth_ <= kMaxDepth) return true;
    return refuse(nullptr, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }
  bool check_string(std::string_view string) {
    if (is_valid_utf8(string)) return true;
    return refuse(string.data(), "the string is not valid UTF-8, or has half a surrogate pair");
  }
  bool check_keys(Size members);
  bool number(std::string_view digits);

  rapidjson::Document& document_;
  const char* const text_;
  std::vector<std::string_view> keys_;  // of all open objects, outermost first
  int depth_ = 0;
  Fault fault_;
};

// No key of the object that ends now may stand there twice. Whoever chooses the keys must not be
// able to make this slow: they are sorted, not hashed.
bool Gatekeeper::check_keys(Size members) {
  const auto first = keys_.end() - static_cast<std::ptrdiff_t>(members);
  std::sort(first, keys_.end(), [](std::string_view a, std::string_view b) {
    return a != b ? a < b : a.data() < b.data();
  });
  const auto twice = std::adjacent_find(first, keys_.end());
  if (twice != keys_.end()) {
    const std::string name = escape_control(truncate_utf8(*twice, kMaxQuotedKey));
    return refuse(std::next(twice)->data(), "the key '" + name + "' stands twice in one object");
  }
  keys_.erase(first, keys_.end());
  return true;
}

bool Gatekeeper::number(std::string_view digits) {
  const char* const begin = digits.data();
  const char* const end = begin + digits.size();
  if (digits.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t integer = 0;
    if (std::from_chars(begin, end, integer).ec == std::errc()) return document_.Int64(integer);
    std::uint64_t large = 0;
    if (std::from_chars(begin, end, large).ec == std::errc()) return document_.Uint64(large);
  }
  double number = 0;
  if (std::from_chars(begin, end, number).ec != std::errc() && !read_extreme(digits, number)) {
    return refuse(begin, "the number is too large");
  }
  return document_.Double(number);
}

}  // namespace

Result<Json> Json::parse(std::string_view text) {
  if (text.size() > kMaxBytes) return invalid_argument("JSON of more than 1 GiB");
  // RapidJSON would take it for the end.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return error_at(text, {"a NUL byte", nul});
  }
  auto tree = std::make_shared<Tree>(text);
  rapidjson::InsituStringStream stream(tree->text.get());
  rapidjson::Reader reader;
  Gatekeeper gatekeeper(tree->document, tree->text.get());
  auto generate = [&](rapidjson::Document&) {
    return !reader.Parse<kParseFlags>(stream, gatekeeper).IsError();
  };
  tree->document.Populate(generate);
  if (reader.HasParseError()) {
    Fault fault = gatekeeper.fault();
    if (fault.what.empty()) fault.what = rapidjson::GetParseError_En(reader.GetParseErrorCode());
    if (fault.offset == 0) fault.offset = reader.GetErrorOffset();
    return error_at(text, fault);
  }
  Json json;
  json.value_ = static_cast<const rapidjson::Value*>(&tree->document);
  json.document_ = std::move(tree);
  return json;
}

}  // namespace voiceagent
