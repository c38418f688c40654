// Compares the events of a replay with those of its recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/replay/recording.h"
#include "voiceagent/event_json.h"
#include "voiceagent/session_recorder.h"

namespace voiceagent {

// One thread.
class EventCheck {
 public:
  // `recording` must outlive it.
  explicit EventCheck(const Recording& recording) : recording_(recording) {}

  // Looks at the replay's next event. After the first difference nothing is looked at any more.
  void see(const AnyEvent& event);
  // No more will come.
  void end();
  // Whether there is nothing left to find out.
  bool over() const { return difference_ || next_ == recording_.events.size(); }

  // Events that were the same, and the first difference.
  std::uint64_t same() const { return same_; }
  const std::optional<ReplayDifference>& difference() const { return difference_; }

 private:
  std::string expected() const;
  void differ(const std::string& expected, const std::string& seen);

  const Recording& recording_;
  std::size_t next_ = 0;  // of the recorded events
  std::uint64_t same_ = 0;
  std::optional<ReplayDifference> difference_;
  JsonWriter json_;
};

}  // namespace voiceagent
