#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace voiceagent {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// What may follow a lead byte: how many bytes, and the range of the first of them, which keeps out
// overlong forms, surrogates and what lies beyond U+10FFFF (Unicode, table 3-7).
struct Lead {
  std::size_t trail;
  unsigned low;
  unsigned high;
};

Lead lead_of(unsigned byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

// Where the run of ASCII that begins at `at` ends, eight bytes at a time.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  while (at + sizeof(std::uint64_t) <= text.size()) {
    std::uint64_t block;
    std::memcpy(&block, text.data() + at, sizeof block);
    if ((block & 0x8080808080808080U) != 0) break;
    at += sizeof block;
  }
  while (at < text.size() && byte_at(text, at) < 0x80) ++at;
  return at;
}

}  // namespace

Utf8Char decode_utf8(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  if (first < 0x80) return {first, 1, true};
  const Lead lead = lead_of(first);
  char32_t code = first & (0x3FU >> lead.trail);
  for (std::size_t i = 1; i <= lead.trail; ++i) {
    const unsigned low = i == 1 ? lead.low : 0x80;
    const unsigned high = i == 1 ? lead.high : 0xBF;
    const unsigned byte = at + i < text.size() ? byte_at(text, at + i) : 0;
    if (byte < low || byte > high) return {kReplacement, i, false};
    code = code << 6 | (byte & 0x3F);
  }
  if (lead.trail == 0) return {kReplacement, 1, false};
  return {code, lead.trail + 1, true};
}

std::size_t valid_utf8_prefix(std::string_view text) {
  for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
    const Utf8Char next = decode_utf8(text, at);
    if (!next.valid) return at;
    at += next.length;
  }
  return text.size();
}

std::string sanitize_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t good = valid_utf8_prefix(text);
    clean.append(text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) break;
    clean.append(kReplacementUtf8);
    text.remove_prefix(decode_utf8(text, 0).length);
  }
  return clean;
}

std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t begin = max_bytes;  // of the character that the limit may cut in two
  for (int i = 0; i < 3 && begin > 0 && (byte_at(text, begin) & 0xC0) == 0x80; ++i) --begin;
  const bool cut = begin + decode_utf8(text, begin).length > max_bytes;
  return text.substr(0, cut ? begin : max_bytes);
}

}  // namespace voiceagent
