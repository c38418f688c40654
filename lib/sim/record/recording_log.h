// Writes the records of one session. All on its executor, but for the first and where it says
// otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "sim/record/byte_code.h"
#include "sim/record/record.h"
#include "sim/record/recording_file.h"
#include "sim/record/recording_scope.h"
#include "voiceagent/event_json.h"
#include "voiceagent/provider.h"

namespace voiceagent {

class RecordingLog {
 public:
  // Times count from `begin`.
  RecordingLog(std::shared_ptr<RecordingFile> file, Time begin)
      : file_(std::move(file)), begin_(begin), last_(begin) {}
  ~RecordingLog() { file_->seal(); }
  RecordingLog(const RecordingLog&) = delete;
  RecordingLog& operator=(const RecordingLog&) = delete;

  Time begin() const { return begin_; }

  void setup(std::string_view json);
  void apology(AudioView clip);
  void task(Time now, Time posted);
  void timer(Time now, Time due, int rank);
  void late_cancel(Time due);
  // A task that `call` posted runs.
  void arrival(Time now, RecordedSinkCall& call);
  // `args` are those of the call, coded.
  void call(Time now, bool inside_handler, SessionCall what, std::string_view args);
  void event(const AnyEvent& event);
  // The streams of a kind are numbered from 1 in the order of their start.
  std::uint64_t next_stream(StreamKind kind);
  void started(Time now, StreamKind kind, const Status& status);
  void refusal(StreamKind kind, std::uint64_t stream, std::uint64_t call);
  // A recogniser's stream is asked to settle.
  void flush(Time now, std::uint64_t stream);
  void vad(std::uint64_t stream, float probability);
  void wall_time(Time now, std::int64_t ms);

 private:
  void write(RecordKind kind);
  void time(Time now);
  void flush_vad();  // before whatever it may have caused
  void end();

  const std::shared_ptr<RecordingFile> file_;
  const Time begin_;
  Time last_;           // of the latest record with a time
  ByteWriter payload_;  // of the record that is being made
  ByteWriter record_;
  JsonWriter json_;
  std::uint64_t sink_calls_ = 0;  // that have arrived
  std::uint64_t events_ = 0;
  std::uint64_t streams_[kStreamKinds] = {};
  std::uint64_t vad_stream_ = 0;  // what a detector said last, and how often
  float vad_probability_ = 0;
  std::uint64_t vad_frames_ = 0;
  bool ended_ = false;
};

}  // namespace voiceagent
