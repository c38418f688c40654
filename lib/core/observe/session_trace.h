// One session's events as slices and instants of a trace.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/observe/trace_writer.h"
#include "voiceagent/events.h"

namespace voiceagent {

// A stretch of time on one track that has begun and not ended. Stretches of one track never
// overlap: one that is dated back begins, at the earliest, where the one before ended.
class OpenSlice {
 public:
  bool open() const { return open_; }
  Duration begin() const { return begin_; }
  void start(Duration at) {
    if (std::exchange(open_, true)) return;
    begin_ = std::max(at, last_end_);
  }
  // The end, for a stretch that ends at `at`; it is closed.
  Duration stop(Duration at) {
    open_ = false;
    return last_end_ = std::max(at, begin_);
  }
  // `at`, held within the stretch up to `end`.
  Duration within(Duration at, Duration end) const { return std::clamp(at, begin_, end); }

 private:
  bool open_ = false;
  Duration begin_{0};
  Duration last_end_{0};
};

// On the session's executor.
class SessionTrace {
 public:
  // See TraceWriter.
  SessionTrace(int number, Duration offset, TraceWriter::Emit emit)
      : writer_(number, offset, std::move(emit)) {}
  void begin(std::string_view session_id) { writer_.begin(session_id); }
  void on(const AnyEvent& event);

 private:
  // The user's side.
  void hear(const AnyEvent& event, Duration at);
  void end_turn(const event::TurnEnded& ended, TurnId turn, Duration at);
  void drop_turn(TurnId turn, Duration at);
  void end_speech(Duration at);
  void end_recognition(std::string_view text, Duration at);
  // The agent's side.
  void reply(const AnyEvent& event, Duration at);
  void end_model(Duration at, std::string_view text);
  void end_playback(Duration at, std::string_view heard);
  void end_hold(Duration at);
  void call_tool(const AnyEvent& event, Duration at);
  void end_tools(Duration at);
  void measure(const event::TurnMetrics& metrics, TurnId turn);
  // What everybody may want to find.
  void mark(const AnyEvent& event);
  void close(const event::SessionClosed& closed, Duration at);

  TraceWriter writer_;
  OpenSlice speech_, turn_, stt_, llm_, tts_, playback_, hold_, response_, tools_;
  Duration first_token_{-1};  // of the present reply
  Duration last_frame_{0};
  int calls_ = 0;        // of tools, that have not ended
  Duration tts_end_{0};  // of the latest reply
};

}  // namespace voiceagent
