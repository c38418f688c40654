#include "sim/replay/recording.h"

#include <cerrno>
#include <cstdio>
#include <deque>

#include "audio/file_handle.h"
#include "sim/record/byte_code.h"
#include "sim/record/recording_file.h"
#include "sim/record/sink_code.h"

namespace voiceagent {
namespace {

constexpr Duration::rep kMostTime = Duration::rep{1} << 60;  // 36 years
constexpr std::size_t kMostBytes = std::size_t{1} << 31;
constexpr std::size_t kFrame = 12;  // size and hash of a chunk

// Sorts the records, one after the other.
class Sorter {
 public:
  explicit Sorter(Recording& recording) : recording_(recording) {}

  // False: the record makes no sense.
  bool take(RecordKind kind, ByteReader in);
  Duration time() const { return time_; }

 private:
  bool time(ByteReader& in, Duration& time);
  // A span of time before `time`, and so the moment at its beginning.
  static bool before(ByteReader& in, Duration time, Duration& moment);
  bool stimulus(RecordKind kind, ByteReader& in);
  bool call(Stimulus& stimulus, ByteReader& in);
  bool provider(RecordKind kind, ByteReader& in);
  bool flush(ByteReader& in);
  void note_answer(Stimulus& call);

  Recording& recording_;
  std::map<std::uint64_t, std::deque<Duration>> unanswered_;  // flushes, by stream
  std::map<std::uint64_t, std::uint64_t> answered_;           // how many, by stream
  Duration time_{0};
  std::uint64_t sink_calls_ = 0;
};

bool Sorter::time(ByteReader& in, Duration& time) {
  const Duration::rep delta = in.duration().count();
  if (delta < -kMostTime || delta > kMostTime) return false;
  time_ += Duration(delta);
  time = time_;
  return in.ok() && time_.count() >= 0 && time_.count() < kMostTime;
}

bool Sorter::before(ByteReader& in, Duration time, Duration& moment) {
  const Duration::rep span = in.duration().count();
  if (!in.ok() || span < -kMostTime || span > kMostTime) return false;
  moment = time - Duration(span);
  return true;
}

bool Sorter::take(RecordKind kind, ByteReader in) {
  switch (kind) {
    case RecordKind::kSetup: {
      Result<Json> setup = Json::parse(in.rest());
      if (!setup.ok() || !setup->is_object()) return false;
      recording_.setup = *setup;
      return true;
    }
    case RecordKind::kTask:
    case RecordKind::kTimer:
    case RecordKind::kSink:
    case RecordKind::kMore:
    case RecordKind::kCall: return stimulus(kind, in);
    case RecordKind::kEvent:
    case RecordKind::kAudioOut:
      recording_.events.push_back({kind == RecordKind::kAudioOut, in.rest()});
      return true;
    case RecordKind::kEnd: recording_.published = in.number(); return in.ok();
    default: return provider(kind, in);
  }
}

bool Sorter::stimulus(RecordKind kind, ByteReader& in) {
  Stimulus made;
  made.kind = kind;
  if (!time(in, made.time)) return false;
  switch (kind) {
    case RecordKind::kTask:
      if (!before(in, made.time, made.other)) return false;
      ++recording_.tasks[made.other];
      break;
    case RecordKind::kTimer:
      if (!before(in, made.time, made.other)) return false;
      made.number = in.number();
      ++recording_.timers[made.other];
      break;
    case RecordKind::kSink:
      if (!before(in, made.time, made.other)) return false;
      made.number = ++sink_calls_;
      made.bytes = in.rest();
      note_answer(made);
      ++recording_.arrivals[made.number];
      break;
    case RecordKind::kMore: {
      const std::uint64_t ago = in.number();
      if (ago >= sink_calls_) return false;
      made.number = sink_calls_ - ago;
      ++recording_.arrivals[made.number];
      break;
    }
    default: return call(made, in);
  }
  recording_.stimuli.push_back(made);
  return in.ok();
}

bool Sorter::call(Stimulus& made, ByteReader& in) {
  const std::uint64_t event = in.number();
  if (!in.ok()) return false;
  made.bytes = in.rest();
  if (event == 0) {
    recording_.stimuli.push_back(made);
  } else {
    recording_.from_handlers.emplace(event, made.bytes);
  }
  return true;
}

bool Sorter::provider(RecordKind kind, ByteReader& in) {
  switch (kind) {
    case RecordKind::kStart: {
      RecordedStart start;
      if (!time(in, start.time)) return false;
      const StreamKind of = in.choice(StreamKind::kTool);
      const auto code = in.choice(ErrorCode::kInternal);
      start.status = {code, std::string(in.text())};
      recording_.starts.at(static_cast<std::size_t>(of)).push_back(std::move(start));
      return in.ok();
    }
    case RecordKind::kRefusal: {
      const StreamKind of = in.choice(StreamKind::kTool);
      const std::uint64_t stream = in.number();
      recording_.refusals.emplace(of, stream, in.number());
      return in.ok();
    }
    case RecordKind::kVad: {
      const std::uint64_t stream = in.number();
      const float probability = in.real();
      recording_.vad[stream].emplace_back(probability, in.number());
      return in.ok();
    }
    case RecordKind::kWall: {
      Duration at{0};
      if (!time(in, at)) return false;
      recording_.wall.emplace_back(at, in.signed_number());
      return in.ok();
    }
    case RecordKind::kFlush: return flush(in);
    case RecordKind::kApology: recording_.apology = read_audio(in); return in.ok();
    case RecordKind::kLateCancel: {
      const Duration due = in.duration();
      ++recording_.timers[due];
      return in.ok();
    }
    default: return true;  // of a later version: of no use to this one
  }
}

bool Sorter::flush(ByteReader& in) {
  const Duration at = in.duration();
  const std::uint64_t stream = in.number();
  if (!in.ok() || at < Duration(0) || at.count() > kMostTime) return false;
  unanswered_[stream].push_back(at);
  return true;
}

// A final that comes while a flush is owed one answers it, as it does for the session.
void Sorter::note_answer(Stimulus& call) {
  ByteReader in(call.bytes);
  if (in.choice(StreamKind::kTool) != StreamKind::kStt) return;
  const std::uint64_t stream = in.number();
  if (in.choice(SinkCall::kReplyHedged) != SinkCall::kFinal || !in.ok()) return;
  const auto owed = unanswered_.find(stream);
  if (owed == unanswered_.end() || owed->second.empty()) return;
  call.flush = ++answered_[stream];
  recording_.flushes[{stream, call.flush}] = {owed->second.front(), call};
  owed->second.pop_front();
}

std::string at_byte(std::size_t byte) { return " at byte " + std::to_string(byte); }

std::uint64_t fixed(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  }
  return value;
}

// Joins the chunks; says how they end, if not well.
std::string unframe(std::string_view bytes, std::string& records) {
  std::size_t at = kRecordingMagic.size();
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    const std::uint64_t size = rest.size() < kFrame ? 0 : fixed(rest.substr(0, 4));
    if (rest.size() < kFrame || rest.size() - kFrame < size) {
      return "cut off" + at_byte(bytes.size());
    }
    const std::string_view chunk = rest.substr(kFrame, size);
    if (hash_bytes(chunk) != fixed(rest.substr(4, 8))) return "damaged" + at_byte(at);
    records += chunk;
    at += kFrame + chunk.size();
  }
  return {};
}

std::string after(Duration time) {
  char text[48];
  std::snprintf(text, sizeof text, ", after %.1f s of the session", to_ms(time) / 1e3);
  return text;
}

}  // namespace

Recording parse_records(std::string records) {
  Recording recording;
  recording.bytes = std::make_shared<const std::string>(std::move(records));
  Sorter sorter(recording);
  ByteReader in(*recording.bytes);
  bool ended = false;
  while (!in.at_end() && !ended) {
    const auto kind = static_cast<RecordKind>(in.byte());
    const std::string_view payload = in.text();
    const std::size_t at = recording.bytes->size() - in.rest().size();
    if (!in.ok() || !sorter.take(kind, ByteReader(payload))) {
      recording.cut_off = "damaged: a record that makes no sense ends" + at_byte(at);
      break;
    }
    ended = kind == RecordKind::kEnd;
  }
  if (!ended && recording.cut_off.empty()) {
    recording.cut_off = "cut off: the session had not closed when the recording ended";
  }
  if (!recording.cut_off.empty()) recording.cut_off += after(sorter.time());
  return recording;
}

Result<Recording> read_recording_bytes(std::string_view bytes, const std::string& name) {
  const std::string_view magic = kRecordingMagic.substr(0, kRecordingMagic.size() - 1);
  if (bytes.substr(0, magic.size()) != magic || bytes.size() == magic.size()) {
    return invalid_argument(name + ": not a recording of a session");
  }
  const int version = static_cast<std::uint8_t>(bytes[magic.size()]);
  if (version != kRecordingMagic.back()) {
    return unsupported(name + ": a recording of format " + std::to_string(version) +
                       "; this version of the library reads format " +
                       std::to_string(kRecordingMagic.back()));
  }
  std::string records;
  const std::string wrong = unframe(bytes, records);
  Recording recording = parse_records(std::move(records));
  if (!wrong.empty()) recording.cut_off = wrong + "; it can be read up to there";
  if (!recording.setup.is_object()) {
    return invalid_argument(name + ": " + (wrong.empty() ? "damaged" : wrong) +
                            ": not even what agent was recorded can be read");
  }
  return recording;
}

Result<Recording> read_recording(const std::string& path) {
  const FileHandle file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    const std::string message = path + ": " + system_reason(errno);
    return errno == ENOENT ? not_found(message) : io_error(message);
  }
  std::string bytes;
  std::string block(64 * 1024, '\0');
  for (;;) {
    const std::size_t count = std::fread(block.data(), 1, block.size(), file.get());
    if (std::ferror(file.get()) != 0) return io_error(path + ": " + system_reason(errno));
    if (count == 0) break;
    bytes.append(block, 0, count);
    if (bytes.size() > kMostBytes) return invalid_argument(path + ": longer than 2 GiB");
  }
  return read_recording_bytes(bytes, path);
}

}  // namespace voiceagent
