#include "providers/llm/intents/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace voiceagent::intents {
namespace {

constexpr const char* kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                     "Thursday", "Friday", "Saturday"};
constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};

// How far ahead of UTC the process's own clock is at that time.
std::chrono::seconds local_offset(std::time_t at) {
  std::tm local{};
#ifdef _WIN32
  if (localtime_s(&local, &at) != 0) return std::chrono::seconds(0);
#else
  if (localtime_r(&at, &local) == nullptr) return std::chrono::seconds(0);
#endif
  using namespace std::chrono;
  const sys_days day = year(local.tm_year + 1900) / (local.tm_mon + 1) / local.tm_mday;
  const auto as_if_utc =
      day.time_since_epoch() + hours(local.tm_hour) + minutes(local.tm_min) + seconds(local.tm_sec);
  return as_if_utc - seconds(at);
}

// "hh:mm" in minutes.
std::optional<int> parse_hours(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (digit(i) < 0 || digit(i) > 9) return std::nullopt;
  }
  const int h = digit(0) * 10 + digit(1);
  const int m = digit(3) * 10 + digit(4);
  if (h > 14 || m > 59) return std::nullopt;
  return h * 60 + m;
}

}  // namespace

Result<UtcOffset> parse_utc_offset(std::string_view text) {
  const std::string lower = to_lower(text);
  if (lower == "local") return UtcOffset();
  if (lower == "utc") return UtcOffset(0);
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    if (const std::optional<int> minutes = parse_hours(text.substr(1))) {
      return UtcOffset(text.front() == '-' ? -*minutes : *minutes);
    }
  }
  return invalid_argument("'" + std::string(text) +
                          "' is no offset from UTC; write local, utc, or hours and minutes such as "
                          "+01:00 or -03:30");
}

ClockWords clock_words(std::int64_t wall_time_ms, UtcOffset offset) {
  using namespace std::chrono;
  // Years of four digits: what lies beyond is no time of day that anybody asks for.
  constexpr std::int64_t kEnd = 253'402'214'400;  // 9999-12-31
  const seconds utc(std::clamp<std::int64_t>(wall_time_ms / 1000, 86'400, kEnd));
  const seconds local =
      utc + (offset ? seconds(minutes(*offset)) : local_offset(std::time_t{utc.count()}));
  const sys_days day(floor<days>(local));
  const year_month_day date(day);
  const hh_mm_ss clock(local - day.time_since_epoch());
  const auto h = static_cast<int>(clock.hours().count());
  const auto m = static_cast<int>(clock.minutes().count());
  ClockWords out;
  char text[64];
  std::snprintf(text, sizeof text, "%d:%02d %s", h % 12 == 0 ? 12 : h % 12, m,
                h < 12 ? "AM" : "PM");
  out.time = text;
  std::snprintf(text, sizeof text, "%d:%02d", h, m);
  out.time_24h = text;
  out.weekday = kWeekdays[weekday(day).c_encoding()];
  std::snprintf(text, sizeof text, "%s, %s %u", out.weekday.c_str(),
                kMonths[static_cast<unsigned>(date.month()) - 1],
                static_cast<unsigned>(date.day()));
  out.date = text;
  return out;
}

}  // namespace voiceagent::intents
