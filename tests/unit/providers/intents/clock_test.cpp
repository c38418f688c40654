#include "providers/llm/intents/clock.h"

#include <limits>

#include "support/catch.h"

namespace voiceagent::intents {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kMidnight = 1'709'164'800'000;  // 2024-02-29 00:00 UTC, a Thursday

std::string time_at(std::int64_t ms) { return clock_words(ms, 0).time; }

}  // namespace

TEST_CASE("intents: the time is told in twelve hours, or in twenty-four") {
  CHECK(time_at(kMidnight) == "12:00 AM");
  CHECK(time_at(kMidnight + 9 * kHour + 5 * kMinute) == "9:05 AM");
  CHECK(time_at(kMidnight + 12 * kHour) == "12:00 PM");
  CHECK(time_at(kMidnight + 23 * kHour + 59 * kMinute) == "11:59 PM");
  CHECK(clock_words(kMidnight + 15 * kHour + 10 * kMinute, 0).time_24h == "15:10");
}

TEST_CASE("intents: the date is told with its weekday, leap days too") {
  CHECK(clock_words(kMidnight, 0).date == "Thursday, February 29");
  CHECK(clock_words(kMidnight + 24 * kHour, 0).date == "Friday, March 1");
  CHECK(clock_words(kMidnight, 0).weekday == "Thursday");
}

TEST_CASE("intents: an offset from UTC moves the clock, over midnight too") {
  CHECK(clock_words(kMidnight, 60).time == "1:00 AM");
  CHECK(clock_words(kMidnight, -210).time == "8:30 PM");
  CHECK(clock_words(kMidnight, -210).weekday == "Wednesday");
}

TEST_CASE("intents: the local clock differs from UTC by whole minutes, less than a day") {
  const ClockWords local = clock_words(kMidnight + 12 * kHour, {});
  const std::string days = "WednesdayThursdayFriday";
  CHECK(days.find(local.weekday) != std::string::npos);
  CHECK_FALSE(local.time.empty());
}

TEST_CASE("intents: impossible times are told as possible ones") {
  for (const std::int64_t ms : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    CHECK_FALSE(clock_words(ms, 0).date.empty());
    CHECK_FALSE(clock_words(ms, {}).date.empty());
  }
}

TEST_CASE("intents: offsets are read, and refused when they are none") {
  CHECK(parse_utc_offset("local").value() == UtcOffset());
  CHECK(parse_utc_offset("UTC").value() == 0);
  CHECK(parse_utc_offset("+01:00").value() == 60);
  CHECK(parse_utc_offset("-03:30").value() == -210);
  CHECK(parse_utc_offset("+14:00").value() == 840);
  for (const char* text :
       {"", "1", "+1:00", "+15:00", "+01:60", "+0100", "01:00", "+aa:bb", "+01:0x"}) {
    CAPTURE(text);
    CHECK(parse_utc_offset(text).status().code() == ErrorCode::kInvalidArgument);
  }
}

}  // namespace voiceagent::intents
