#include "server/http/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace voiceagent::server {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "-500": the last bytes.
ByteRange suffix(std::string_view text, std::uint64_t size) {
  const auto count = number(text);
  if (!count) return {};
  if (*count == 0 || size == 0) return {RangeKind::kUnsatisfiable};
  return {RangeKind::kPart, size - std::min(*count, size), size - 1};
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return {};
  const std::string_view text = trim(header.substr(kUnit.size()));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return {};
  if (dash == 0) return suffix(text.substr(1), size);
  const auto first = number(text.substr(0, dash));
  if (!first) return {};
  std::uint64_t last = size;
  if (dash + 1 < text.size()) {
    const auto given = number(text.substr(dash + 1));
    if (!given || *given < *first) return {};
    last = *given;
  }
  if (*first >= size) return {RangeKind::kUnsatisfiable};
  return {RangeKind::kPart, *first, std::min(last, size - 1)};
}

}  // namespace voiceagent::server
