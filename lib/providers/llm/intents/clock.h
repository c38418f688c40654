// The time of day and the date, as they are spoken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent::intents {

// Where the clock hangs: so many minutes ahead of UTC, or wherever this process is.
using UtcOffset = std::optional<int>;

// Reads "local", "utc", or an offset such as "+01:00" or "-03:30".
Result<UtcOffset> parse_utc_offset(std::string_view text);

// A point in time in words.
struct ClockWords {
  std::string time;      // "3:10 PM"
  std::string time_24h;  // "15:10"
  std::string date;      // "Monday, November 20"
  std::string weekday;   // "Monday"
};
ClockWords clock_words(std::int64_t wall_time_ms, UtcOffset offset);

}  // namespace voiceagent::intents
