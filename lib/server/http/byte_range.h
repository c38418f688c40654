// Range: bytes=..., of RFC 9110, as far as media players ask for it: one range.
#pragma once

#include <cstdint>
#include <string_view>

namespace voiceagent::server {

enum class RangeKind {
  kWhole,          // no range, or one that may be left aside (several, another unit, nonsense)
  kPart,           // first to last are to be sent
  kUnsatisfiable,  // nothing of it is there
};

struct ByteRange {
  RangeKind kind = RangeKind::kWhole;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
};

// What the header says of a body of `size` bytes.
ByteRange parse_range(std::string_view header, std::uint64_t size);

}  // namespace voiceagent::server
