// Lines of a trace, one JSON object each, for one session.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "voiceagent/json.h"
#include "voiceagent/time.h"

namespace voiceagent {

// The tracks of a session, top to bottom.
enum class TraceTrack { kSession = 1, kSpeech, kTurn, kStt, kLlm, kTts, kPlayback, kResponse };

// Writes what the session's events tell; on its executor. Times are the session's.
class TraceWriter {
 public:
  using Emit = std::function<void(std::string_view line)>;

  // `number` tells the session from others of the trace, and its clock began `offset` after theirs.
  TraceWriter(int number, Duration offset, Emit emit)
      : number_(number), offset_(offset), emit_(std::move(emit)) {}

  // Names the session and its tracks.
  void begin(std::string_view session_id);

  // `args(JsonWriter&)` writes the members of an object.
  template <class Args>
  void slice(TraceTrack track, std::string_view name, Duration begin, Duration end, Args args) {
    start("X", track, name, begin);
    json_.key("dur").number(to_us(end - begin), kDecimals);
    finish(args);
  }
  void slice(TraceTrack track, std::string_view name, Duration begin, Duration end) {
    slice(track, name, begin, end, [](JsonWriter&) {});
  }
  template <class Args>
  void instant(TraceTrack track, std::string_view name, Duration at, Args args) {
    start("i", track, name, at);
    json_.field("s", "t");
    finish(args);
  }

 private:
  static constexpr int kDecimals = 3;
  static double to_us(Duration d) { return static_cast<double>(d.count()) / 1e3; }

  void start(std::string_view phase, TraceTrack track, std::string_view name, Duration at);
  void name_track(TraceTrack track, std::string_view name);
  template <class Args>
  void finish(Args& args) {
    json_.key("args").begin_object();
    args(json_);
    json_.end_object().end_object();
    emit_(json_.text());
  }

  const int number_;
  const Duration offset_;
  const Emit emit_;
  JsonWriter json_;
};

}  // namespace voiceagent
