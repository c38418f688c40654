#include "protocols/stream/server_message.h"

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"

namespace voiceagent::protocols::stream {
namespace {

using namespace std::chrono_literals;

constexpr EventSelection kAll{true, true, true};

template <class E>
std::string written(const E& event, EventSelection wanted = kAll, TurnId turn = 3) {
  ServerMessages messages;
  const EventEnvelope envelope{"s", turn, 9, 1'234'500us};
  return std::string(messages.event(AnyEvent(event, envelope), wanted));
}

}  // namespace

TEST_CASE("stream: each event has its message, with its turn and its time") {
  using namespace event;
  constexpr std::string_view kTail = R"("turn":3,"time_ms":1234.5})";
  const auto check = [&kTail](const std::string& text, std::string_view begin) {
    CHECK(text == std::string(begin) + std::string(kTail));
  };
  check(written(TranscriptPartial{"hel"}), R"({"type":"transcript","text":"hel","final":false,)");
  check(written(TranscriptFinal{"hello", 1.0F, {}}),
        R"({"type":"transcript","text":"hello","final":true,)");
  check(written(TurnEnded{TurnEndReason::kSilence, "hello", 180ms, 20ms}),
        R"({"type":"turn","text":"hello","reason":"silence","endpointing_ms":180.0,)");
  check(written(TurnDropped{"mm"}), R"({"type":"turn_dropped","text":"mm",)");
  const std::array<Slot, 1> slots{{{"room", "kitchen"}}};
  check(written(IntentRecognised{"light", 0.5F, slots}),
        R"({"type":"intent","name":"light","confidence":0.5,"slots":{"room":"kitchen"},)");
  check(written(ReplyDelta{"Good"}), R"({"type":"reply","text":"Good","delta":true,)");
  check(written(ReplyDone{"Good day.", FinishReason::kStop, 0, 0}),
        R"({"type":"reply","text":"Good day.","delta":false,"final":true,)");
  check(written(PlaybackStarted{}), R"({"type":"speaking","state":"started",)");
  check(written(PlaybackFinished{"Good day."}),
        R"({"type":"speaking","state":"finished","heard":"Good day.",)");
  check(written(PlaybackPaused{}), R"({"type":"speaking","state":"paused",)");
  check(written(PlaybackResumed{}), R"({"type":"speaking","state":"resumed",)");
  check(written(PlaybackProgress{"Good"}), R"({"type":"heard","text":"Good",)");
  check(written(SpeechStarted{}), R"({"type":"user_speaking","state":"started",)");
  check(written(SpeechStopped{}), R"({"type":"user_speaking","state":"stopped",)");
  check(written(Interrupted{"Good", 4}), R"({"type":"interrupted","heard":"Good",)");
  check(written(ModeChanged{Mode::kTextToText}), R"({"type":"mode","mode":"text_to_text",)");
  check(written(Warning{Stage::kStt, "slow"}),
        R"({"type":"warning","message":"slow","stage":"stt",)");
  check(written(Error{Stage::kLlm, ErrorCode::kTimeout, "p", "late", true}),
        R"({"type":"error","code":"timeout","message":"late","stage":"llm","retryable":true,)");
}

TEST_CASE("stream: metrics are milliseconds, and null for what didn't happen") {
  event::TurnMetrics metrics;
  metrics.endpointing = 200ms;
  const std::string text = written(metrics);
  CHECK(text.find(R"({"type":"metrics","speech_end_ms":null,"endpointing_ms":200.0,)") == 0);
  CHECK(
      text.find(
          R"("reply_characters":0,"interrupted":false,"tools_ms":null,"silence_ms":null,"turn":3)") !=
      std::string::npos);
}

TEST_CASE("stream: what wasn't asked for isn't written") {
  const EventSelection none{false, false, false};
  CHECK(written(event::TranscriptPartial{"hel"}, none).empty());
  CHECK(written(event::TurnMetrics{}, none).empty());
  CHECK(written(event::TurnEstimate{0.5F}, none).empty());
  CHECK_FALSE(written(event::TranscriptFinal{"hello", 1.0F, {}}, none).empty());
}

TEST_CASE("stream: events without a message of their own come on demand, audio never") {
  const std::string text = written(event::TurnEstimate{0.5F});
  CHECK(text.find(R"({"type":"event","event":{"seq":9,)") == 0);
  CHECK(text.find(R"("type":"turn_estimate","probability":0.5}})") != std::string::npos);
  CHECK(written(event::AudioIn{}).empty());
  CHECK(written(event::AudioOut{}).empty());
  CHECK(written(event::OutputFlushed{}).empty());
  CHECK(written(event::SessionClosed{}).empty());
}

TEST_CASE("stream: what belongs to no turn has the turn 0") {
  CHECK(written(event::ModeChanged{Mode::kTextToText}, kAll, 0) ==
        R"({"type":"mode","mode":"text_to_text","turn":0,"time_ms":1234.5})");
}

TEST_CASE("stream: started says what holds") {
  ServerMessages messages;
  const std::vector<ContextEntry> context{{Role::kAssistant, "Hi \"you\"", 1, true}};
  Started started{
      "abc", true,   Mode::kVoiceToVoice, {}, {Encoding::kOpus, 48'000}, "websocket", "by path",
      {},    context};
  CHECK(messages.started(started) ==
        R"({"type":"started","session_id":"abc","resumed":true,"version":1,)"
        R"("mode":"voice_to_voice","input":{"encoding":"s16le","sample_rate":16000},)"
        R"("output":{"encoding":"opus","sample_rate":48000},)"
        R"("transport":{"name":"websocket","reason":"by path"},)"
        R"("context":[{"role":"assistant","text":"Hi \"you\"","interrupted":true,"turn":1}]})");
  started.notice = "no webrtc here";
  CHECK(messages.started(started).find(R"("notice":"no webrtc here")") != std::string::npos);
}

TEST_CASE("stream: the messages about no event") {
  ServerMessages messages;
  CHECK(messages.flush(2, 4'294'967'295U, 20ms) ==
        R"({"type":"flush","generation":2,"position":4294967295,"time_ms":20.0})");
  CHECK(messages.pong({"a", {}}) == R"({"type":"pong","id":"a"})");
  CHECK(messages.pong({{}, 7}) == R"({"type":"pong","id":7})");
  CHECK(messages.pong({}) == R"({"type":"pong"})");
  CHECK(messages.context({{}, 1}, {}) == R"({"type":"context","id":1,"entries":[]})");
  CHECK(messages.warning("slow") == R"({"type":"warning","message":"slow"})");
  CHECK(messages.closed(CloseReason::kUser) == R"({"type":"closed","reason":"user"})");
  CHECK(messages.error(resource_exhausted("full"), 1'500us) ==
        R"({"type":"error","code":"resource_exhausted","message":"full","stage":"session",)"
        R"("retryable":true,"retry_after_ms":2})");
}

TEST_CASE("stream: once warm, events are written without an allocation") {
  ServerMessages messages;
  const EventEnvelope envelope{"s", 3, 9, 1'234'500us};
  const event::PlaybackProgress progress{"some words that have been heard"};
  const event::TranscriptPartial partial{"some words that were said"};
  (void)messages.event(AnyEvent(progress, envelope), kAll);
  const std::uint64_t before = test::allocations();
  std::size_t bytes = 0;
  for (int i = 0; i < 100; ++i) {
    bytes += messages.event(AnyEvent(progress, envelope), kAll).size();
    bytes += messages.event(AnyEvent(partial, envelope), kAll).size();
    bytes += messages.flush(1, 2, 20ms).size();
  }
  const std::uint64_t allocated = test::allocations() - before;
  CHECK(allocated == 0);
  CHECK(bytes > 0);
}

}  // namespace voiceagent::protocols::stream
