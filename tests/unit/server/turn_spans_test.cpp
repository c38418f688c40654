#include "server/telemetry/turn_spans.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/telemetry/otlp_json.h"
#include "support/catch.h"
#include "voiceagent/json.h"

using namespace voiceagent;
using namespace voiceagent::server;
using namespace std::chrono_literals;

namespace {

// A session's events, told one after the other.
class Story {
 public:
  template <class E>
  Story& tell(TurnId turn, Duration at, const E& event) {
    EventEnvelope envelope;
    envelope.session_id = "s1";
    envelope.turn = turn;
    envelope.seq = ++seq_;
    envelope.time = at;
    spans_.on(AnyEvent(event, envelope));
    return *this;
  }

  std::vector<TurnTrace> traces;

 private:
  std::uint64_t seq_ = 0;
  TurnSpans spans_{"s1", [this](TurnTrace trace) { traces.push_back(std::move(trace)); }};
};

event::SpeechStarted speech_started(Duration start) {
  event::SpeechStarted event;
  event.start = start;
  return event;
}

event::TurnEnded turn_ended(TurnEndReason reason) {
  event::TurnEnded event;
  event.reason = reason;
  event.text = "what I said";
  return event;
}

event::ReplyDone reply_done() {
  event::ReplyDone event;
  event.text = "what was answered";
  event.output_tokens = 7;
  return event;
}

// The waterfall of a turn whose speech ended at 1000 ms.
event::TurnMetrics metrics() {
  event::TurnMetrics event;
  event.speech_end = 1000ms;
  event.endpointing = 200ms;
  event.stt_final = 250ms;
  event.llm_first_token = 400ms;
  event.first_clause = 450ms;
  event.tts_first_audio = 550ms;
  event.response = 560ms;
  event.played = 600ms;
  event.reply_characters = 17;
  return event;
}

void tell_spoken_turn(Story& story, const event::TurnMetrics& measured = metrics()) {
  story.tell(1, 200ms, speech_started(100ms))
      .tell(1, 1250ms, turn_ended(TurnEndReason::kSilence))
      .tell(1, 1250ms, event::ReplyStarted{})
      .tell(1, 1700ms, reply_done())
      .tell(1, 3000ms, measured);
}

const Span* find(const TurnTrace& trace, std::string_view name) {
  const auto found = std::find_if(trace.stages.begin(), trace.stages.end(),
                                  [&](const Span& span) { return span.name == name; });
  return found == trace.stages.end() ? nullptr : &*found;
}

void check_span(const TurnTrace& trace, std::string_view name, Duration begin, Duration end) {
  CAPTURE(name);
  const Span* span = find(trace, name);
  REQUIRE(span != nullptr);
  CHECK(span->begin == begin);
  CHECK(span->end == end);
}

// The n-th id is made of the digit n.
MakeId counting_ids() {
  return [count = 0](std::size_t bytes) mutable {
    return std::string(2 * bytes, static_cast<char>('0' + ++count % 10));
  };
}

}  // namespace

TEST_CASE("a spoken turn is a span with one for each stage") {
  Story story;
  tell_spoken_turn(story);
  REQUIRE(story.traces.size() == 1);
  const TurnTrace& trace = story.traces[0];
  CHECK(trace.turn.begin == 100ms);
  CHECK(trace.turn.end == 3000ms);
  check_span(trace, "user_speech", 100ms, 1000ms);
  check_span(trace, "endpointing", 1000ms, 1200ms);
  check_span(trace, "transcription", 1200ms, 1250ms);
  check_span(trace, "llm", 1250ms, 1700ms);
  check_span(trace, "tts", 1450ms, 1550ms);
  check_span(trace, "output", 1550ms, 1560ms);
  check_span(trace, "playback", 1560ms, 3000ms);
  CHECK(trace.stages.size() == 7);
}

TEST_CASE("a typed turn has no speech") {
  Story story;
  event::TurnMetrics measured = metrics();
  measured.endpointing = measured.stt_final = 0ms;
  story.tell(1, 1000ms, turn_ended(TurnEndReason::kTyped)).tell(1, 2000ms, measured);
  REQUIRE(story.traces.size() == 1);
  CHECK(find(story.traces[0], "user_speech") == nullptr);
  CHECK(story.traces[0].turn.begin == 1000ms);
}

TEST_CASE("stages that were not reached are left out") {
  Story story;
  event::TurnMetrics measured;
  measured.speech_end = 1000ms;
  story.tell(1, 1200ms, measured);
  REQUIRE(story.traces.size() == 1);
  CHECK(story.traces[0].stages.empty());
  CHECK(story.traces[0].turn.begin == 1000ms);
  CHECK(story.traces[0].turn.end == 1200ms);
}

TEST_CASE(
    "a reply prepared before the decision lies inside the turn, and no span ends before it "
    "begins") {
  Story story;
  event::TurnMetrics measured = metrics();
  measured.llm_first_token = 50ms;
  measured.first_clause = 60ms;
  measured.tts_first_audio = 90ms;
  measured.response = 260ms;
  tell_spoken_turn(story, measured);
  const TurnTrace& trace = story.traces.at(0);
  for (const Span& span : trace.stages) {
    CAPTURE(span.name);
    CHECK(span.begin <= span.end);
    CHECK(span.begin >= trace.turn.begin);
    CHECK(span.end <= trace.turn.end);
  }
}

TEST_CASE("turns that are dropped leave nothing, those that never end are forgotten") {
  Story story;
  story.tell(1, 100ms, speech_started(50ms)).tell(1, 300ms, event::TurnDropped{});
  for (TurnId turn = 2; turn < 1000; ++turn) story.tell(turn, 1s, speech_started(1s));
  CHECK(story.traces.empty());
}

TEST_CASE("a tool's call is a span, by its name and not by what it was told") {
  Story story;
  event::ToolCallFinished call;
  call.tool = "weather";
  call.result = "secret rain";
  call.duration = 300ms;
  story.tell(1, 1600ms, call);
  tell_spoken_turn(story);
  check_span(story.traces.at(0), "tool", 1300ms, 1600ms);
  const std::string spans = otlp_spans(story.traces[0], 0, counting_ids());
  CHECK(spans.find("weather") != std::string::npos);
  CHECK(spans.find("secret rain") == std::string::npos);
}

TEST_CASE("two turns at once are kept apart") {
  Story story;
  story.tell(1, 200ms, speech_started(100ms)).tell(2, 2500ms, speech_started(2400ms));
  tell_spoken_turn(story);
  REQUIRE(story.traces.size() == 1);
  check_span(story.traces[0], "user_speech", 100ms, 1000ms);
}

TEST_CASE("a failure marks its turn, without secrets") {
  Story story;
  event::Error error;
  error.stage = Stage::kLlm;
  error.code = ErrorCode::kAuth;
  error.message = "refused: api_key=abc123";
  story.tell(1, 1300ms, error);
  tell_spoken_turn(story);
  const Span& turn = story.traces.at(0).turn;
  CHECK(turn.error == "refused: api_key=[redacted]");
  REQUIRE(turn.events.size() == 1);
  CHECK(turn.events[0].name == "exception");
}

TEST_CASE("a trace holds no words of the conversation") {
  Story story;
  tell_spoken_turn(story);
  const std::string spans = otlp_spans(story.traces.at(0), 0, counting_ids());
  CHECK(spans.find("what I said") == std::string::npos);
  CHECK(spans.find("what was answered") == std::string::npos);
}

TEST_CASE("a trace in OTLP's JSON has ids, times since 1970 and attributes by their type") {
  Story story;
  tell_spoken_turn(story);
  constexpr std::int64_t kEpoch = 1'700'000'000'000'000'000;
  const auto json =
      Json::parse(otlp_request("my agent", otlp_spans(story.traces.at(0), kEpoch, counting_ids())));
  REQUIRE(json.ok());
  const Json resource = (*json)["resourceSpans"].at(0);
  CHECK(resource["resource"]["attributes"].at(0)["key"].string() == "service.name");
  CHECK(resource["resource"]["attributes"].at(0)["value"]["stringValue"].string() == "my agent");
  const Json spans = resource["scopeSpans"].at(0)["spans"];
  REQUIRE(spans.size() == 8);
  const Json turn = spans.at(0);
  CHECK(turn["traceId"].string() == std::string(32, '1'));
  CHECK(turn["spanId"].string() == std::string(16, '2'));
  CHECK_FALSE(turn.has("parentSpanId"));
  CHECK(turn["name"].string() == "turn");
  CHECK(turn["startTimeUnixNano"].string() == "1700000000100000000");
  CHECK(turn["endTimeUnixNano"].string() == "1700000003000000000");
  const Json stage = spans.at(1);
  CHECK(stage["traceId"].string() == turn["traceId"].string());
  CHECK(stage["parentSpanId"].string() == turn["spanId"].string());
  CHECK(stage["spanId"].string() == std::string(16, '3'));

  const Json attributes = turn["attributes"];
  const auto value = [&](std::string_view key) {
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (attributes.at(i)["key"].string() == key) return attributes.at(i)["value"];
    }
    return Json();
  };
  CHECK(value("session.id")["stringValue"].string() == "s1");
  CHECK(value("voiceagent.turn")["intValue"].string() == "1");
  CHECK_FALSE(value("voiceagent.interrupted")["boolValue"].boolean(true));
  CHECK(value("voiceagent.response_ms")["doubleValue"].number() == 560);
  CHECK(value("voiceagent.end")["stringValue"].string() == "silence");
}
