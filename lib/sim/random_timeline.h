// What happened in a random conversation, line by line, for people.
#pragma once

#include <string>
#include <string_view>

#include "voiceagent/events.h"

namespace voiceagent::sim {

class Timeline {
 public:
  // One that is not `kept` costs nothing.
  explicit Timeline(bool kept) : kept_(kept) {}

  // Every event; of audio, only where a stretch of it begins and ends.
  void see(Duration now, const AnyEvent& event);
  void note(Duration now, std::string_view what);
  // So far.
  std::string text();

 private:
  void line(Duration now, std::string_view who, std::string_view what);
  void end_stretch();

  const bool kept_;
  std::string text_;
  int frames_ = 0;  // of the present stretch of audio out
  Duration frame_at_{0};
};

}  // namespace voiceagent::sim
