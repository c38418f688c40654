// Templates of replies: "In {city} it is {time}."
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/status.h"

namespace voiceagent::intents {

// The placeholders that every reply may have; none of them may name a slot.
inline constexpr std::string_view kLastReply = "last_reply";  // What the agent said last.
inline constexpr std::string_view kHeard = "heard";           // What the user said.
inline constexpr std::string_view kTime = "time";             // "3:10 PM"
inline constexpr std::string_view kTime24 = "time_24h";       // "15:10"
inline constexpr std::string_view kDate = "date";             // "Monday, November 20"
inline constexpr std::string_view kWeekday = "weekday";       // "Monday"
inline constexpr std::string_view kPlaceholders[] = {kLastReply, kHeard, kTime,
                                                     kTime24,    kDate,  kWeekday};
// Where a tool was called: what came of it. It may not name a slot either.
inline constexpr std::string_view kResult = "result";

// Whether every reply may have it.
bool is_placeholder(std::string_view name);

// A value to fill in.
struct Filling {
  std::string_view name;
  std::string value;
};

// A reply with gaps.
class ReplyTemplate {
 public:
  // Reads a template. The error says what is wrong and at which character.
  static Result<ReplyTemplate> parse(std::string_view text);

  // The names in braces.
  const std::vector<std::string>& names() const { return names_; }
  // Whether everything that it needs is there.
  bool can_fill(std::span<const Filling> fillings) const;
  // The reply. REQUIRES: can_fill(fillings).
  std::string fill(std::span<const Filling> fillings) const;

 private:
  std::vector<std::string> texts_;  // One more than names: what stands around them.
  std::vector<std::string> names_;
};

}  // namespace voiceagent::intents
