#include "base/base64.h"

#include <array>
#include <cstdint>

namespace voiceagent {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;  // greater than any digit: a group shows it in its upper bits

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

constexpr std::array<std::uint8_t, 256> kDigits = make_digits();

std::uint32_t digit(char c) { return kDigits[static_cast<unsigned char>(c)]; }

Status bad_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (digit(text[i]) == kNone) {
      return invalid_argument("invalid base64: the character at offset " + std::to_string(i) +
                              " is not of its alphabet (A-Z, a-z, 0-9, + and /)");
    }
  }
  return Status::success();
}

}  // namespace

void base64_encode(std::span<const std::byte> bytes, std::string& text) {
  const std::size_t begin = text.size();
  text.resize(begin + (bytes.size() + 2) / 3 * 4);
  char* out = text.data() + begin;
  const auto put = [&out](std::uint32_t group, int digits) {
    for (int i = 0; i < 4; ++i) {
      *out++ = i < digits ? kAlphabet[(group >> (18 - 6 * i)) & 63] : '=';
    }
  };
  const auto at = [&bytes](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 4);
  if (bytes.size() - i == 1) put(at(i) << 16, 2);
  if (bytes.size() - i == 2) put(at(i) << 16 | at(i + 1) << 8, 3);
}

Status base64_decode(std::string_view text, std::vector<std::byte>& bytes) {
  // A padded text is a whole number of groups.
  for (int i = 0; i < 2 && text.size() % 4 == static_cast<std::size_t>(i == 0 ? 0 : 3); ++i) {
    if (!text.ends_with('=')) break;
    text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) {
    if (Status status = bad_character(text); !status.ok()) return status;
    return invalid_argument("invalid base64: the text ends inside a byte");
  }
  const std::size_t begin = bytes.size();
  bytes.resize(begin + text.size() * 3 / 4);
  std::byte* out = bytes.data() + begin;
  std::uint32_t seen = 0;
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const std::uint32_t a = digit(text[i]);
    const std::uint32_t b = digit(text[i + 1]);
    const std::uint32_t c = digit(text[i + 2]);
    const std::uint32_t d = digit(text[i + 3]);
    seen |= a | b | c | d;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<std::byte>(group >> 16);
    *out++ = static_cast<std::byte>(group >> 8);
    *out++ = static_cast<std::byte>(group);
  }
  std::uint32_t group = 0;
  const std::size_t rest = text.size() - i;
  for (std::size_t k = 0; k < rest; ++k) {
    seen |= digit(text[i + k]);
    group |= digit(text[i + k]) << (18 - 6 * k);
  }
  for (std::size_t k = 0; k + 1 < rest; ++k) *out++ = static_cast<std::byte>(group >> (16 - 8 * k));
  if (seen < 64) return Status::success();
  bytes.resize(begin);
  return bad_character(text);
}

}  // namespace voiceagent
