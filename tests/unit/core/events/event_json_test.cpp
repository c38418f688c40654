// What is written into event logs and onto wires stays as it is: names are only added.
#include "voiceagent/event_json.h"

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "voiceagent/agent.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

template <class E>
std::string json_of(const E& event, EventEnvelope envelope = {"s", 2, 7, 1'500ms}) {
  JsonWriter writer;
  write_json(AnyEvent(event, envelope), writer);
  return std::string(writer.text());
}

// What follows the envelope.
template <class E>
std::string fields_of(const E& event) {
  const std::string all = json_of(event);
  const std::string head = "{\"seq\":7,\"t_ms\":1500.0,\"turn\":2,";
  REQUIRE(all.substr(0, head.size()) == head);
  return "{" + all.substr(head.size());
}

}  // namespace

TEST_CASE("every kind of event has its stable name, number and fields") {
  std::map<int, std::string> names;
  std::map<std::string, std::string> fields;
  for_each_event_type([&]<class E>(E*) {
    names[static_cast<int>(E::kKind)] = std::string(E::kName);
    std::string all;
    E event{};
    E::fields(event, [&all](std::string_view name, const auto&) {
      all += (all.empty() ? "" : " ") + std::string(name);
    });
    fields[std::string(E::kName)] = all;
    CHECK(static_cast<std::size_t>(E::kKind) < kEventKinds);
  });
  CHECK(names == std::map<int, std::string>{{1, "session_opened"},
                                            {2, "session_closed"},
                                            {3, "mode_changed"},
                                            {4, "error"},
                                            {5, "warning"},
                                            {10, "audio_in"},
                                            {11, "text_in"},
                                            {12, "dtmf_in"},
                                            {20, "speech_started"},
                                            {21, "speech_stopped"},
                                            {22, "transcript_partial"},
                                            {23, "transcript_final"},
                                            {24, "turn_ended"},
                                            {25, "turn_dropped"},
                                            {26, "turn_estimate"},
                                            {27, "user_away"},
                                            {28, "user_back"},
                                            {30, "intent"},
                                            {31, "reply_started"},
                                            {32, "reply_delta"},
                                            {33, "reply_done"},
                                            {34, "history_summarised"},
                                            {35, "tool_call_started"},
                                            {36, "tool_call_finished"},
                                            {37, "tool_call_cancelled"},
                                            {38, "tool_call_progress"},
                                            {39, "transfer_requested"},
                                            {40, "speech_segment"},
                                            {41, "audio_out"},
                                            {42, "playback_started"},
                                            {43, "playback_progress"},
                                            {44, "playback_finished"},
                                            {45, "playback_paused"},
                                            {46, "playback_resumed"},
                                            {47, "interrupted"},
                                            {48, "output_flushed"},
                                            {50, "turn_metrics"},
                                            {51, "provider_failover"},
                                            {52, "breaker_changed"},
                                            {53, "pool_statistics"},
                                            {54, "stage_delayed"},
                                            {55, "reply_hedged"}});
  CHECK(fields ==
        std::map<std::string, std::string>{
            {"session_opened", "mode input_rate output_rate"},
            {"session_closed", "reason unclosed_streams"},
            {"mode_changed", "mode"},
            {"error", "stage code provider message retryable"},
            {"warning", "stage message"},
            {"audio_in", "audio"},
            {"text_in", "text"},
            {"dtmf_in", "digits"},
            {"speech_started", "start_ms"},
            {"speech_stopped", "end_ms"},
            {"transcript_partial", "text"},
            {"transcript_final", "text confidence words"},
            {"turn_ended", "reason text endpointing_ms transcript_ms"},
            {"turn_dropped", "text"},
            {"turn_estimate", "probability"},
            {"user_away", "silence_ms"},
            {"user_back", ""},
            {"intent", "name confidence slots"},
            {"reply_started", ""},
            {"reply_delta", "text"},
            {"reply_done", "text reason input_tokens output_tokens"},
            {"history_summarised", "messages text"},
            {"tool_call_started", "call_id tool arguments"},
            {"tool_call_finished", "call_id tool state result duration_ms"},
            {"tool_call_cancelled", "call_id tool duration_ms"},
            {"tool_call_progress", "call_id tool text how"},
            {"transfer_requested", "call_id tool target result"},
            {"speech_segment", "text span"},
            {"audio_out", "audio position span"},
            {"playback_started", ""},
            {"playback_progress", "heard"},
            {"playback_finished", "heard"},
            {"playback_paused", "position"},
            {"playback_resumed", "position"},
            {"interrupted", "heard by_turn"},
            {"output_flushed", "position"},
            {"turn_metrics",
             "speech_end_ms endpointing_ms stt_final_ms llm_first_token_ms first_clause_ms "
             "tts_first_audio_ms response_ms played_ms barge_in_ms reply_characters interrupted "
             "tools_ms silence_ms"},
            {"provider_failover", "stage from to code message wait_ms started"},
            {"breaker_changed", "stage provider state pause_ms"},
            {"pool_statistics", "name in_use idle created failed waits wait_p50_ms wait_p99_ms"},
            {"stage_delayed", "stage provider waited_ms"},
            {"reply_hedged", "first second waited_ms"}});
}

TEST_CASE("an event is one object: the envelope, the type, the fields") {
  CHECK(json_of(event::UserBack{}, {"s", 0, 1, 0ms}) ==
        R"({"seq":1,"t_ms":0.0,"turn":0,"type":"user_back"})");
  CHECK(fields_of(event::TextIn{"say \"hi\"\n"}) == R"({"type":"text_in","text":"say \"hi\"\n"})");
  CHECK(fields_of(event::OutputFlushed{123456789012}) ==
        R"({"type":"output_flushed","position":123456789012})");
  CHECK(fields_of(event::Interrupted{"one", 3}) ==
        R"({"type":"interrupted","heard":"one","by_turn":3})");
}

TEST_CASE("durations are milliseconds to the microsecond, and null for what did not happen") {
  CHECK(fields_of(event::SpeechStarted{Duration(1'234'567'890)}) ==
        R"({"type":"speech_started","start_ms":1234.568})");
  event::TurnMetrics metrics;
  metrics.speech_end = 2s;
  metrics.endpointing = 0ms;
  metrics.reply_characters = 12;
  CHECK(
      fields_of(metrics) ==
      R"({"type":"turn_metrics","speech_end_ms":2000.0,"endpointing_ms":0.0,"stt_final_ms":null,)"
      R"("llm_first_token_ms":null,"first_clause_ms":null,"tts_first_audio_ms":null,)"
      R"("response_ms":null,"played_ms":null,"barge_in_ms":null,"reply_characters":12,"interrupted":false,)"
      R"("tools_ms":null,"silence_ms":null})");
}

TEST_CASE("audio is its length and rate, never its samples") {
  const std::vector<std::int16_t> samples(320);
  CHECK(fields_of(event::AudioOut{{samples, 16'000}, 640, {3, 9}}) ==
        R"({"type":"audio_out","audio":{"samples":320,"rate":16000},"position":640,"span":[3,9]})");
  CHECK(fields_of(event::AudioIn{{{}, 8'000}}) ==
        R"({"type":"audio_in","audio":{"samples":0,"rate":8000}})");
}

TEST_CASE("words have their times, slots their names") {
  const std::array<Word, 2> words{Word{"hello", 100ms, 400ms, 0.5F}, Word{"you", 450ms, 600ms}};
  CHECK(fields_of(event::TranscriptFinal{"hello you", 0.75F, words}) ==
        R"({"type":"transcript_final","text":"hello you","confidence":0.75,"words":[)"
        R"({"word":"hello","start_ms":100.0,"end_ms":400.0,"confidence":0.5},)"
        R"({"word":"you","start_ms":450.0,"end_ms":600.0,"confidence":1.0}]})");
  const std::array<Slot, 2> slots{Slot{"city", "Paris"}, Slot{"day", "today"}};
  CHECK(
      fields_of(event::IntentRecognised{"weather", 0.9F, slots}) ==
      R"({"type":"intent","name":"weather","confidence":0.9,"slots":{"city":"Paris","day":"today"}})");
}

TEST_CASE("enums are written by their stable names") {
  CHECK(fields_of(event::Error{Stage::kLlm, ErrorCode::kTimeout, "mine", "no text", true}) ==
        R"({"type":"error","stage":"llm","code":"timeout","provider":"mine","message":"no text",)"
        R"("retryable":true})");
  CHECK(fields_of(event::ModeChanged{Mode::kTextToVoice}) ==
        R"({"type":"mode_changed","mode":"text_to_voice"})");
  CHECK(fields_of(event::SessionClosed{CloseReason::kLimit, 2}) ==
        R"({"type":"session_closed","reason":"limit","unclosed_streams":2})");
  CHECK(fields_of(event::ReplyDone{"x", FinishReason::kLength, 1, 2}) ==
        R"({"type":"reply_done","text":"x","reason":"length","input_tokens":1,"output_tokens":2})");
}

TEST_CASE("every enum value has a name of its own; numbers from newer headers read unknown") {
  const auto check = []<class Enum>(Enum last, const std::string& expected) {
    std::string all;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      all += (i == 0 ? "" : " ") + std::string(to_string(static_cast<Enum>(i)));
    }
    CHECK(all == expected);
    CHECK(to_string(static_cast<Enum>(static_cast<int>(last) + 1)) == "unknown");
  };
  check(Mode::kTextToText, "voice_to_voice voice_to_text text_to_voice text_to_text");
  check(CloseReason::kIdle, "host user agent error limit idle");
  check(TurnEndReason::kDtmf, "silence typed committed limit provider dtmf");
  check(InterruptionMode::kHost, "voice words voice_and_words never host");
  check(TypedText::kQueue, "interrupt queue");
  check(Stage::kTool, "session input vad stt turn llm tts output tool");
  check(ToolState::kRejected, "running done failed cancelled timed_out rejected");
  check(ToolInterruption::kFinishAndTell, "cancel finish_silently finish_and_tell");
  check(ToolDuplicates::kAllow, "join reject allow");
  check(ToolEffect::kChangeMode, "none end_call transfer change_mode");
  check(ToolProgress::kSpoken, "shown spoken");
  check(ProviderKind::kVad, "stt llm tts vad");
  check(Role::kTool, "system user assistant tool");
  check(FinishReason::kCancelled, "stop length tool_calls filtered cancelled");
}

TEST_CASE("text that is not UTF-8 does not spoil the object") {
  const std::string json = json_of(event::ReplyDelta{"caf\xC3"});
  CHECK(json.find("caf\xEF\xBF\xBD") != std::string::npos);
}
