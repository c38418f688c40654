#include "voiceagent/trace.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/session_rig.h"
#include "support/temp_dir.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::SessionRig;

namespace {

struct Slice {
  std::string name;
  double begin = 0;  // ms
  double end = 0;
  Json args;
};

struct Track {
  std::vector<Slice> slices;  // by their beginning, the longer first
  std::vector<Slice> instants;
};

// A trace as text, and what a viewer makes of it.
class Trace {
 public:
  std::string text;
  std::unique_ptr<TraceRecorder> recorder = TraceRecorder::create([this](std::string_view piece) {
    text += piece;
    return true;
  });

  void read() {
    REQUIRE(recorder->finish().ok());
    const auto json = Json::parse(text);
    INFO(text);
    REQUIRE(json.ok());
    for (std::size_t i = 0; i < json->size(); ++i) add(json->at(i));
    for (auto& [id, track] : tracks_) {
      std::stable_sort(track.slices.begin(), track.slices.end(), [](const auto& a, const auto& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
      });
    }
  }

  const Track& track(const std::string& name, int session = 1) {
    return tracks_[{session, names_[{session, name}]}];
  }
  const std::map<std::pair<int, int>, Track>& tracks() const { return tracks_; }
  const std::map<int, std::string>& sessions() const { return sessions_; }

 private:
  void add(const Json& line) {
    const auto pid = static_cast<int>(line["pid"].integer());
    const auto tid = static_cast<int>(line["tid"].integer());
    const std::string name(line["name"].string());
    const std::string_view phase = line["ph"].string();
    if (name == "process_name") sessions_[pid] = line["args"]["name"].string();
    if (name == "thread_name") {
      names_[{pid, std::string(line["args"]["name"].string())}] = tid;
    }
    const double begin = line["ts"].number() / 1e3;
    const Slice slice{name, begin, begin + line["dur"].number() / 1e3, line["args"]};
    if (phase == "X") tracks_[{pid, tid}].slices.push_back(slice);
    if (phase == "i") tracks_[{pid, tid}].instants.push_back(slice);
  }

  std::map<std::pair<int, int>, Track> tracks_;
  std::map<std::pair<int, std::string>, int> names_;
  std::map<int, std::string> sessions_;
};

const Slice& find(const Track& track, std::string_view name) {
  const auto it = std::find_if(track.slices.begin(), track.slices.end(),
                               [&](const Slice& slice) { return slice.name == name; });
  REQUIRE(it != track.slices.end());
  return *it;
}

int count(const std::vector<Slice>& slices, std::string_view name) {
  return static_cast<int>(std::count_if(slices.begin(), slices.end(),
                                        [&](const Slice& slice) { return slice.name == name; }));
}

// Each slice lies inside the one that is still going on, or after it.
void check_nesting(const Track& track) {
  constexpr double kRounding = 1e-6;
  std::vector<Slice> open;
  for (const Slice& slice : track.slices) {
    CHECK(slice.begin <= slice.end);
    while (!open.empty() && open.back().end <= slice.begin + kRounding) open.pop_back();
    if (open.empty()) {
      open.push_back(slice);
      continue;
    }
    INFO(slice.name << " in " << open.back().name);
    CHECK(slice.end <= open.back().end + kRounding);
    open.push_back(slice);
  }
}

void check_close(double seen, double expected) {
  INFO(seen << " is not " << expected);
  CHECK(std::abs(seen - expected) < 0.01);
}

AgentOptions long_winded() {
  return test::scripted_agent(
      "let me tell you a long story about a ship, that sailed the seas, and never came back home");
}

// A plain turn, one that is interrupted, and a sound that only holds the reply up.
void talk(SessionRig& rig) {
  rig.say("tell me a story");
  REQUIRE(rig.settle());
  rig.say("tell me a story");
  rig.wait(1500ms);
  rig.say("stop that please");
  REQUIRE(rig.settle());
  rig.say("another story");
  rig.wait(1500ms);
  rig.noise(300ms);
  REQUIRE(rig.settle());
}

}  // namespace

TEST_CASE("a trace is JSON whose slices nest on every track") {
  Trace trace;
  SessionRig rig(long_winded());
  trace.recorder->listen(*rig.session);
  talk(rig);
  rig.session->close();
  rig.run(1s);
  trace.read();
  CHECK(trace.tracks().size() == 8);
  for (const auto& [id, track] : trace.tracks()) check_nesting(track);
  CHECK(count(trace.track("playback").slices, "playback") >= 3);
  CHECK(count(trace.track("playback").slices, "held") == rig.count("playback_paused"));
  CHECK(count(trace.track("session").instants, "interrupted") == rig.count("interrupted"));
  CHECK(rig.count("interrupted") >= 1);
  CHECK(count(trace.track("session").slices, "session") == 1);
  CHECK(trace.text.find(",\n]") == std::string::npos);
}

TEST_CASE("the slices of a turn are where its metrics say") {
  Trace trace;
  SessionRig rig(long_winded());
  trace.recorder->listen(*rig.session);
  rig.say("tell me a story");
  REQUIRE(rig.settle());
  trace.read();
  const auto metrics = Json::parse(rig.json("turn_metrics"));
  REQUIRE(metrics.ok());
  const double origin = (*metrics)["speech_end_ms"].number();
  const auto at = [&](const char* stage) { return origin + (*metrics)[stage].number(); };

  const Track& turn = trace.track("user turn");
  check_close(find(turn, "endpointing").begin, origin);
  check_close(find(turn, "endpointing").end, at("endpointing_ms"));
  check_close(find(turn, "turn 1").end, at("stt_final_ms"));
  check_close(find(trace.track("user speech"), "speech").end, origin);
  check_close(find(trace.track("recogniser"), "recognition").end, at("stt_final_ms"));
  check_close(find(trace.track("model"), "first token").end, at("llm_first_token_ms"));
  check_close(find(trace.track("synthesiser"), "speech").begin, at("first_clause_ms"));
  check_close(find(trace.track("synthesiser"), "first audio").end, at("tts_first_audio_ms"));
  check_close(find(trace.track("playback"), "playback").begin, at("response_ms"));
  const Slice& response = find(trace.track("response"), "response 1");
  check_close(response.begin, origin);
  check_close(response.end, at("response_ms"));
  double sum = 0;
  for (const Slice& slice : trace.track("response").slices) {
    if (slice.name != response.name) sum += slice.end - slice.begin;
  }
  check_close(sum, response.end - response.begin);
  CHECK(find(turn, "turn 1").args["text"].string() == "tell me a story");
}

TEST_CASE("sessions are processes of their own") {
  Trace trace;
  SessionOptions one, two;
  one.id = "one";
  two.id = "two";
  SessionRig first(long_winded(), one);
  SessionRig second(long_winded(), two);
  trace.recorder->listen(*first.session);
  trace.recorder->listen(*second.session);
  first.say("hello");
  second.say("hello");
  REQUIRE(first.settle());
  REQUIRE(second.settle());
  trace.read();
  CHECK(trace.sessions().at(1) == "session one");
  CHECK(trace.sessions().at(2) == "session two");
  CHECK(find(trace.track("user turn", 1), "turn 1").begin ==
        find(trace.track("user turn", 2), "turn 1").begin);
}

TEST_CASE("text of any kind is escaped") {
  Trace trace;
  SessionRig rig(long_winded());
  trace.recorder->listen(*rig.session);
  const std::string text = "say \"hi\"\\ \n\t and \xC3\xBC";
  REQUIRE(rig.session->push_text(text).ok());
  REQUIRE(rig.settle());
  trace.read();
  CHECK(find(trace.track("user turn"), "turn 1").args["text"].string() == text);
}

TEST_CASE("what is open when a session closes ends with it") {
  Trace trace;
  SessionRig rig(long_winded());
  trace.recorder->listen(*rig.session);
  rig.say("tell me a story");
  rig.wait(1500ms);
  rig.noise(100ms);
  REQUIRE(rig.count("playback_paused") == 1);
  rig.session->close();
  rig.run(1s);
  trace.read();
  const double closed = to_ms(rig.when("session_closed"));
  check_close(find(trace.track("playback"), "playback").end, closed);
  check_close(find(trace.track("session"), "session").end, closed);
  for (const auto& [id, track] : trace.tracks()) check_nesting(track);
}

TEST_CASE("a trace goes to a file as it comes") {
  const test::TempDir folder;
  auto recorder = TraceRecorder::create(folder.path("t.json"));
  REQUIRE(recorder.ok());
  SessionRig rig(long_winded());
  (*recorder)->listen(*rig.session);
  talk(rig);
  REQUIRE((*recorder)->finish().ok());
  REQUIRE((*recorder)->finish().ok());
  recorder->reset();
  rig.say("nobody traces this any more");
  std::ifstream file(folder.path("t.json"));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto json = Json::parse(text);
  REQUIRE(json.ok());
  CHECK(json->size() > 50);
}

TEST_CASE("a path that can't be written is named") {
  const auto recorder = TraceRecorder::create("/nowhere/t.json");
  REQUIRE(!recorder.ok());
  CHECK(recorder.status().message().find("/nowhere/t.json") == 0);
}

TEST_CASE("a sink that fails gets no more, and finish says so") {
  int calls = 0;
  const auto recorder = TraceRecorder::create([&calls](std::string_view) { return ++calls < 3; });
  SessionRig rig(long_winded());
  recorder->listen(*rig.session);
  rig.say("hello");
  REQUIRE(rig.settle());
  CHECK(calls == 3);
  CHECK(recorder->finish().code() == ErrorCode::kIo);
}
