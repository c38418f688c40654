#include "core/observe/trace_writer.h"

namespace voiceagent {

void TraceWriter::begin(std::string_view session_id) {
  json_.clear();
  json_.begin_object().field("ph", "M").field("pid", number_).field("name", "process_name");
  const auto name = [session_id](JsonWriter& json) {
    json.field("name", "session " + std::string(session_id));
  };
  finish(name);
  name_track(TraceTrack::kSession, "session");
  name_track(TraceTrack::kSpeech, "user speech");
  name_track(TraceTrack::kTurn, "user turn");
  name_track(TraceTrack::kStt, "recogniser");
  name_track(TraceTrack::kLlm, "model");
  name_track(TraceTrack::kTts, "synthesiser");
  name_track(TraceTrack::kPlayback, "playback");
  name_track(TraceTrack::kResponse, "response");
}

void TraceWriter::name_track(TraceTrack track, std::string_view name) {
  for (const std::string_view what : {"thread_name", "thread_sort_index"}) {
    json_.clear();
    json_.begin_object().field("ph", "M").field("pid", number_);
    json_.field("tid", static_cast<int>(track)).field("name", what);
    const auto args = [&](JsonWriter& json) {
      if (what == "thread_name") {
        json.field("name", name);
      } else {
        json.field("sort_index", static_cast<int>(track));
      }
    };
    finish(args);
  }
}

void TraceWriter::start(std::string_view phase, TraceTrack track, std::string_view name,
                        Duration at) {
  json_.clear();
  json_.begin_object().field("ph", phase).field("pid", number_);
  json_.field("tid", static_cast<int>(track)).field("name", name);
  json_.key("ts").number(to_us(offset_ + at), kDecimals);
}

}  // namespace voiceagent
