#include "sim/random_timeline.h"

#include <cstdio>

#include "voiceagent/event_json.h"

namespace voiceagent::sim {

void Timeline::see(Duration now, const AnyEvent& event) {
  if (!kept_ || event.kind() == EventKind::kAudioIn) return;
  if (event.kind() == EventKind::kAudioOut) {
    frame_at_ = now;
    if (frames_++ > 0) return;
  } else {
    end_stretch();
  }
  JsonWriter writer;
  write_json(event, writer);
  line(now, "", writer.text());
}

void Timeline::note(Duration now, std::string_view what) {
  if (!kept_) return;
  end_stretch();
  line(now, "-- ", what);
}

void Timeline::end_stretch() {
  if (frames_ > 1) line(frame_at_, "", "... " + std::to_string(frames_) + " frames of audio");
  frames_ = 0;
}

void Timeline::line(Duration now, std::string_view who, std::string_view what) {
  char time[32];
  std::snprintf(time, sizeof time, "%12.6f  ", to_ms(now) / 1000);
  text_ += time;
  text_ += who;
  text_ += what;
  text_ += '\n';
}

std::string Timeline::text() {
  end_stretch();
  return text_;
}

}  // namespace voiceagent::sim
