#include "sim/record/recording_log.h"

#include <span>

#include "sim/record/event_code.h"
#include "sim/record/sink_code.h"

namespace voiceagent {

thread_local const RecordingScope* RecordingScope::top_ = nullptr;

void RecordingLog::write(RecordKind kind) {
  if (ended_) {
    payload_.clear();
    return;
  }
  record_.choice(kind);
  record_.text(payload_.bytes());
  payload_.clear();
  file_->append(record_.bytes(), last_ - begin_);
  record_.clear();
}

void RecordingLog::time(Time now) {
  payload_.duration(now - last_);
  last_ = now;
}

void RecordingLog::setup(std::string_view json) {
  payload_.raw(json);
  write(RecordKind::kSetup);
}

void RecordingLog::apology(AudioView clip) {
  write_audio(payload_, clip);
  write(RecordKind::kApology);
}

void RecordingLog::task(Time now, Time posted) {
  flush_vad();
  time(now);
  payload_.duration(now - posted);
  write(RecordKind::kTask);
}

void RecordingLog::timer(Time now, Time due, int rank) {
  flush_vad();
  time(now);
  payload_.duration(now - due);
  payload_.number(static_cast<std::uint64_t>(rank));
  write(RecordKind::kTimer);
}

void RecordingLog::late_cancel(Time due) {
  payload_.duration(due - begin_);
  write(RecordKind::kLateCancel);
}

void RecordingLog::arrival(Time now, RecordedSinkCall& call) {
  flush_vad();
  time(now);
  if (call.number != 0) {
    payload_.number(sink_calls_ - call.number);
    return write(RecordKind::kMore);
  }
  call.number = ++sink_calls_;
  payload_.duration(now - call.at);
  payload_.raw(call.bytes);
  write(RecordKind::kSink);
  call.bytes = {};
}

void RecordingLog::call(Time now, bool inside_handler, SessionCall what, std::string_view args) {
  flush_vad();
  time(now);
  payload_.number(inside_handler ? events_ : 0);
  payload_.choice(what);
  payload_.raw(args);
  write(RecordKind::kCall);
}

void RecordingLog::event(const AnyEvent& event) {
  if (ended_) return;
  ++events_;
  if (event.kind() == EventKind::kAudioIn) return;  // as its call has it
  flush_vad();
  if (const auto* out = event.as<event::AudioOut>()) {
    write_audio_out(payload_, *out, event.envelope());
    return write(RecordKind::kAudioOut);
  }
  json_.clear();
  write_json(event, json_);
  payload_.raw(json_.text());
  write(RecordKind::kEvent);
  if (event.kind() == EventKind::kSessionClosed) end();
}

void RecordingLog::end() {
  payload_.number(events_);
  write(RecordKind::kEnd);
  ended_ = true;
  file_->seal();
}

std::uint64_t RecordingLog::next_stream(StreamKind kind) {
  return ++streams_[static_cast<std::size_t>(kind)];
}

void RecordingLog::started(Time now, StreamKind kind, const Status& status) {
  time(now);
  payload_.choice(kind);
  payload_.number(static_cast<std::uint64_t>(status.code()));
  payload_.text(status.message());
  write(RecordKind::kStart);
}

void RecordingLog::refusal(StreamKind kind, std::uint64_t stream, std::uint64_t call) {
  payload_.choice(kind);
  payload_.number(stream);
  payload_.number(call);
  write(RecordKind::kRefusal);
}

void RecordingLog::flush(Time now, std::uint64_t stream) {
  payload_.duration(now - begin_);
  payload_.number(stream);
  write(RecordKind::kFlush);
}

void RecordingLog::vad(std::uint64_t stream, float probability) {
  if (stream != vad_stream_ || probability != vad_probability_) flush_vad();
  vad_stream_ = stream;
  vad_probability_ = probability;
  ++vad_frames_;
}

void RecordingLog::flush_vad() {
  if (vad_frames_ == 0) return;
  payload_.number(vad_stream_);
  payload_.real(vad_probability_);
  payload_.number(vad_frames_);
  vad_frames_ = 0;
  write(RecordKind::kVad);
}

void RecordingLog::wall_time(Time now, std::int64_t ms) {
  time(now);
  payload_.signed_number(ms);
  write(RecordKind::kWall);
}

}  // namespace voiceagent
