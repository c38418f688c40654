// A recording as it was read: everything in it by what it is good for. docs of the records:
// record.h.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/record/record.h"
#include "voiceagent/audio.h"
#include "voiceagent/json.h"
#include "voiceagent/provider.h"
#include "voiceagent/time.h"

namespace voiceagent {

// Something that makes the session work, in the order in which it happened.
struct Stimulus {
  RecordKind kind = RecordKind::kTask;  // kTask, kTimer, kSink, kMore, kCall
  Duration time{0};
  Duration other{0};         // when posted, when due, when the sink was called
  std::uint64_t number = 0;  // rank of the timer; number of the sink's call
  std::uint64_t flush = 0;   // of its stream, which it answers
  std::string_view bytes;    // the call
};

// A recogniser was asked to settle, and did.
struct RecordedFlush {
  Duration time{0};  // when it was asked
  Stimulus answer;
};

struct RecordedEvent {
  bool audio_out = false;
  std::string_view bytes;  // its JSON, or as write_audio_out() has it
};

struct RecordedStart {
  Duration time{0};
  Status status;
};

struct Recording {
  std::shared_ptr<const std::string> bytes;  // what the views look at
  Json setup;
  Pcm apology;  // without samples: there was none
  std::vector<Stimulus> stimuli;
  std::vector<RecordedEvent> events;                             // all but AudioIn
  std::multimap<std::uint64_t, std::string_view> from_handlers;  // calls, by the event's number
  std::array<std::vector<RecordedStart>, kStreamKinds> starts;   // by kind, in order
  std::set<std::tuple<StreamKind, std::uint64_t, std::uint64_t>> refusals;    // stream, push
  std::map<std::pair<std::uint64_t, std::uint64_t>, RecordedFlush> flushes;   // stream, number
  std::map<std::uint64_t, std::vector<std::pair<float, std::uint64_t>>> vad;  // by stream
  std::vector<std::pair<Duration, std::int64_t>> wall;  // milliseconds, by time of reading
  std::map<Duration, int> tasks;                        // how many ran that were posted then
  std::map<Duration, int> timers;  // how many due then ran, or were cancelled after that
  std::map<std::uint64_t, std::size_t> arrivals;  // tasks of a sink's call that ran
  std::uint64_t published = 0;                    // events, by the end's own count
  std::string cut_off;                            // how it ends too early; empty: it is complete
};

// Reads a file. The error names it.
Result<Recording> read_recording(const std::string& path);
// The same from memory; `name` stands for the path.
Result<Recording> read_recording_bytes(std::string_view bytes, const std::string& name);
// Sorts out records without their file's frame. What is wrong with them is in `cut_off`.
Recording parse_records(std::string records);

}  // namespace voiceagent
