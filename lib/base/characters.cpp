#include "base/characters.h"

#include "base/utf8.h"

namespace voiceagent::text {
namespace {

bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

bool any_of(char32_t c, std::u32string_view set) {
  return set.find(c) != std::u32string_view::npos;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  const Utf8Char c = decode_utf8(text, at);
  return {c.code, c.length, c.valid || at + c.length < text.size()};
}

void append(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool is_newline(char32_t c) { return c == U'\n' || c == U'\r' || c == 0x2028 || c == 0x2029; }

bool is_space(char32_t c) {
  return c == U' ' || in(c, U'\t', U'\r') || c == 0xA0 || in(c, 0x2000, 0x200A) || c == 0x202F ||
         c == 0x3000 || is_newline(c);
}

bool is_digit(char32_t c) { return in(c, U'0', U'9'); }

bool is_upper(char32_t c) { return in(c, U'A', U'Z'); }

bool is_lower(char32_t c) {
  return in(c, U'a', U'z') || in(c, 0xDF, 0xF6) || in(c, 0xF8, 0xFF) || in(c, 0x3AC, 0x3CE) ||
         in(c, 0x430, 0x45F);
}

char32_t lower(char32_t c) {
  if (is_upper(c)) return c + 0x20;
  if (in(c, 0xC0, 0xDE) && c != 0xD7) return c + 0x20;
  if (in(c, 0x391, 0x3A9)) return c + 0x20;
  if (in(c, 0x410, 0x42F)) return c + 0x20;
  if (in(c, 0x400, 0x40F)) return c + 0x50;
  if (in(c, 0x100, 0x137) || in(c, 0x14A, 0x177)) return c | 1U;
  if (in(c, 0x139, 0x148) || in(c, 0x179, 0x17E)) return c + (c & 1U);
  return c;
}

bool is_letter(char32_t c) {
  if (c < 0x80) return in(c | 0x20U, U'a', U'z');
  const bool mark = in(c, 0x80, 0xA9) || in(c, 0xAB, 0xB4) || in(c, 0xB6, 0xB9) ||
                    in(c, 0xBB, 0xBF) || c == 0xD7 || c == 0xF7 || in(c, 0x2000, 0x2BFF) ||
                    in(c, 0x3000, 0x3004) || in(c, 0x3008, 0x3030) || in(c, 0xFE00, 0xFE6F) ||
                    in(c, 0xFF01, 0xFF0F) || in(c, 0xFF1A, 0xFF20) || in(c, 0xFF5B, 0xFF65) ||
                    in(c, 0xFFF0, 0xFFFF) || in(c, 0x1F000, 0x1FAFF);
  return !mark;
}

bool is_wide(char32_t c) {
  return in(c, 0x2E80, 0x2FDF) || in(c, 0x3005, 0x3007) || in(c, 0x3031, 0x3035) ||
         in(c, 0x3041, 0x30FF) || in(c, 0x3400, 0x9FFF) || in(c, 0xF900, 0xFAFF) ||
         in(c, 0xFF10, 0xFF19) || in(c, 0xFF21, 0xFF3A) || in(c, 0xFF41, 0xFF5A) ||
         in(c, 0xFF66, 0xFF9F) || in(c, 0x20000, 0x3FFFD);
}

bool is_closer(char32_t c) {
  return any_of(c, U"\"')]}*_`~\u00BB\u2019\u201D\u203A\u300B\u300D\u300F\u3011\uFF02\uFF09");
}

bool is_wide_stop(char32_t c) { return any_of(c, U"\u3002\uFF01\uFF1F\uFF0E\uFF61"); }

bool is_wide_comma(char32_t c) { return any_of(c, U"\u3001\uFF0C\uFF1B\uFF1A\uFF64"); }

bool is_em_dash(char32_t c) { return c == 0x2014 || c == 0x2015; }

namespace {

// The next letter or digit, in lower case, taken off `text`; 0: there is none.
char32_t take_letter(std::string_view& text) {
  while (!text.empty()) {
    const Character c = character_at(text, 0);
    text.remove_prefix(c.length);
    if (is_letter(c.code) || is_digit(c.code)) return lower(c.code);
  }
  return 0;
}

}  // namespace

bool same_words(std::string_view a, std::string_view b) {
  for (;;) {
    const char32_t c = take_letter(a);
    if (c != take_letter(b)) return false;
    if (c == 0) return true;
  }
}

bool is_speakable(std::string_view text) { return take_letter(text) != 0; }

std::string_view without_leading_space(std::string_view text) {
  while (!text.empty()) {
    const Character c = character_at(text, 0);
    if (!is_space(c.code)) break;
    text.remove_prefix(c.length);
  }
  return text;
}

}  // namespace voiceagent::text
