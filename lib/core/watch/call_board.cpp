#include "core/watch/call_board.h"

#include "base/utf8.h"

namespace voiceagent {
namespace {

// Five frames: by then audio is late.
constexpr Duration kTooLong{100'000'000};
// Hosts make up names of tools as they go.
constexpr std::size_t kMaxNames = 4095;
constexpr std::size_t kMaxNameBytes = 100;

constexpr int kWhatBits = 8;
constexpr int kNameBits = 24;

constexpr std::array<std::string_view, 15> kWhat{
    "",       "",          "start()",  "warm_up()",       "audio()",
    "text()", "flush()",   "finish()", "resume()",        "cancel()",
    "ask()",  "process()", "reset()",  "a turn strategy", "the logger"};

}  // namespace

CallOwner CallBoard::owner(std::string_view kind, std::string_view name) {
  std::string text(kind);
  if (!name.empty()) text.append(" '").append(truncate_utf8(name, kMaxNameBytes)).append("'");
  const std::lock_guard lock(mutex_);
  if (const auto known = owners_.find(text); known != owners_.end()) return known->second;
  if (names_.size() == kMaxNames) return 0;
  names_.push_back(text);
  const auto number = static_cast<CallOwner>(names_.size());
  owners_.emplace(std::move(text), number);
  return number;
}

std::string CallBoard::text(std::uint64_t shown) const {
  if (shown == 0) return {};
  const std::size_t what = shown & ((1U << kWhatBits) - 1);
  const std::size_t owner = (shown >> kWhatBits) & ((1U << (kNameBits - kWhatBits)) - 1);
  if (what == static_cast<std::size_t>(CallWhat::kSubscribers)) {
    // Another thread may see the call before the name.
    const char* const event = events_.at(owner).load(std::memory_order_relaxed);
    return event != nullptr ? "handlers of '" + std::string(event) + "'" : "an event's handlers";
  }
  std::string text;
  if (owner > 0) {
    const std::lock_guard lock(mutex_);
    text = names_.at(owner - 1);
  }
  if (!text.empty() && !kWhat.at(what).empty()) text += ' ';
  text += kWhat.at(what);
  return text.empty() ? "a call" : text;
}

// A call within another one ends that one's time, so far.
std::uint64_t CallBoard::enter(CallName name) {
  const std::uint64_t outer = shown();
  if (outer != 0 || over_ != 0 || !marked_) note(executor_.now());
  const auto code =
      static_cast<std::uint64_t>(name.owner) << kWhatBits | static_cast<std::uint64_t>(name.what);
  shown_.store(++count_ << kNameBits | code, std::memory_order_relaxed);
  return outer;
}

// Within a session's task somebody reads the clock soon: at the latest take_held().
void CallBoard::leave(std::uint64_t outer) {
  if (outer == 0 && inside_) {
    over_ = shown();
  } else {
    note(executor_.now());
    marked_ = outer != 0;
  }
  shown_.store(outer, std::memory_order_relaxed);
}

// The time since the mark was that of the present call, or of the one that is over.
void CallBoard::note(Time now) {
  const std::uint64_t call = over_ != 0 ? over_ : shown();
  const Duration took = now - mark_;
  if (call != 0 && took >= kTooLong && (!held_ || took > held_->time)) held_ = {text(call), took};
  over_ = 0;
  mark_ = now;
  marked_ = true;
}

std::optional<CallBoard::Held> CallBoard::take_held() {
  if (over_ != 0) note(executor_.now());
  return std::exchange(held_, std::nullopt);
}

void CallBoard::end_task() {
  if (over_ != 0) note(executor_.now());
  inside_ = marked_ = false;
}

}  // namespace voiceagent
