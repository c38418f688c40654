#include "server/telemetry/turn_spans.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/redact.h"

namespace voiceagent::server {
namespace {

constexpr std::size_t kMaxDrafts = 16;  // turns that never end are forgotten
constexpr std::size_t kMaxEvents = 32;
constexpr std::size_t kMaxTools = 32;

// The stages of a turn, and the time of each. One that was ready before it was needed (a prepared
// reply) begins where it ended.
class Stages {
 public:
  Stages(TurnTrace& trace, const event::TurnMetrics& metrics) : trace_(trace), metrics_(metrics) {}

  // When a stage was reached, if it was.
  std::optional<Duration> at(Duration after_speech) const {
    if (after_speech < Duration(0)) return std::nullopt;
    return metrics_.speech_end + after_speech;
  }

  Span* add(std::string_view name, std::optional<Duration> begin, std::optional<Duration> end) {
    if (!begin || !end) return nullptr;
    trace_.stages.push_back({name, std::min(*begin, *end), *end, {}, {}, {}});
    return &trace_.stages.back();
  }

 private:
  TurnTrace& trace_;
  const event::TurnMetrics& metrics_;
};

void add_model(Stages& stages, const event::TurnMetrics& metrics, Duration begin,
               std::optional<Duration> end, FinishReason finish, std::int64_t input,
               std::int64_t output) {
  const std::optional<Duration> token = stages.at(metrics.llm_first_token);
  Span* span = stages.add("llm", begin, end ? end : token);
  if (span == nullptr) return;
  span->attributes = {{"gen_ai.response.finish_reason", std::string(to_string(finish))},
                      {"voiceagent.reply_characters", metrics.reply_characters}};
  if (input > 0) span->attributes.push_back({"gen_ai.usage.input_tokens", input});
  if (output > 0) span->attributes.push_back({"gen_ai.usage.output_tokens", output});
  if (token)
    span->events.push_back({"first_token", std::clamp(*token, span->begin, span->end), {}});
}

// The turn lasts as long as all of its parts.
void enclose(TurnTrace& trace) {
  for (const Span& stage : trace.stages) {
    trace.turn.begin = std::min(trace.turn.begin, stage.begin);
    trace.turn.end = std::max(trace.turn.end, stage.end);
  }
  for (SpanEvent& event : trace.turn.events) {
    event.at = std::clamp(event.at, trace.turn.begin, trace.turn.end);
  }
}

}  // namespace

void TurnSpans::on(const AnyEvent& event) {
  const TurnId turn = event.envelope().turn;
  if (turn == 0) return;
  switch (event.kind()) {
    case EventKind::kSpeechStarted:
    case EventKind::kTurnEnded: return hear(event, drafts_[turn]);
    case EventKind::kReplyStarted:
    case EventKind::kReplyDone:
    case EventKind::kIntentRecognised:
    case EventKind::kPlaybackPaused:
    case EventKind::kPlaybackResumed:
    case EventKind::kInterrupted: return reply(event, drafts_[turn]);
    case EventKind::kToolCallFinished:
      return use_tool(*event.as<event::ToolCallFinished>(), event.envelope().time, drafts_[turn]);
    case EventKind::kError:
      return fail(*event.as<event::Error>(), event.envelope().time, drafts_[turn]);
    case EventKind::kTurnDropped: drafts_.erase(turn); return;
    case EventKind::kTurnMetrics:
      return finish(*event.as<event::TurnMetrics>(), turn, event.envelope().time);
    default: return;
  }
}

void TurnSpans::hear(const AnyEvent& event, Draft& draft) {
  if (const auto* started = event.as<event::SpeechStarted>()) {
    if (!draft.speech_begin) draft.speech_begin = started->start;
  } else {
    draft.reason = event.as<event::TurnEnded>()->reason;
  }
  while (drafts_.size() > kMaxDrafts) drafts_.erase(drafts_.begin());
}

void TurnSpans::reply(const AnyEvent& event, Draft& draft) {
  const Duration at = event.envelope().time;
  const auto note = [&](std::string_view name) {
    if (draft.events.size() < kMaxEvents) draft.events.push_back({name, at, {}});
  };
  if (event.as<event::ReplyStarted>() != nullptr) {
    if (!draft.reply_begin) draft.reply_begin = at;  // it goes on after tools
  } else if (const auto* done = event.as<event::ReplyDone>()) {
    draft.reply_end = at;
    draft.finish = done->reason;
    draft.input_tokens = done->input_tokens;
    draft.output_tokens = done->output_tokens;
  } else if (const auto* intent = event.as<event::IntentRecognised>()) {
    draft.intent = intent->name;
  } else if (event.as<event::PlaybackPaused>() != nullptr) {
    note("paused");
  } else if (event.as<event::PlaybackResumed>() != nullptr) {
    note("resumed");
  } else {
    note("interrupted");
  }
}

void TurnSpans::use_tool(const event::ToolCallFinished& call, Duration at, Draft& draft) {
  if (draft.tools.size() >= kMaxTools) return;
  Span span{"tool", at - call.duration, at, {}, {}, {}};
  span.attributes = {{"gen_ai.tool.name", std::string(call.tool)},
                     {"voiceagent.tool_state", std::string(to_string(call.state))}};
  draft.tools.push_back(std::move(span));
}

void TurnSpans::fail(const event::Error& error, Duration at, Draft& draft) {
  std::string message = redact_secrets(error.message);
  if (draft.events.size() < kMaxEvents) {
    draft.events.push_back({"exception",
                            at,
                            {{"exception.type", std::string(to_string(error.code))},
                             {"exception.message", message},
                             {"voiceagent.stage", std::string(to_string(error.stage))},
                             {"voiceagent.provider", std::string(error.provider)}}});
  }
  draft.error = std::move(message);
}

void TurnSpans::finish(const event::TurnMetrics& metrics, TurnId turn, Duration at) {
  Draft draft = std::move(drafts_[turn]);
  drafts_.erase(turn);
  const Duration origin = metrics.speech_end < Duration(0) ? at : metrics.speech_end;

  TurnTrace trace;
  Stages stages(trace, metrics);
  const auto decided = stages.at(metrics.endpointing);
  const auto settled = stages.at(metrics.stt_final);
  const auto clause = stages.at(metrics.first_clause);
  const auto audio = stages.at(metrics.tts_first_audio);
  const auto sent = stages.at(metrics.response);
  stages.add("user_speech", draft.speech_begin, origin);
  stages.add("endpointing", origin, decided);
  stages.add("transcription", decided, settled);
  const Duration asked = draft.reply_begin.value_or(settled.value_or(origin));
  add_model(stages, metrics, asked, draft.reply_end, draft.finish, draft.input_tokens,
            draft.output_tokens);
  std::move(draft.tools.begin(), draft.tools.end(), std::back_inserter(trace.stages));
  stages.add("tts", clause, audio);
  stages.add("output", audio, sent);
  stages.add("playback", sent, at);

  trace.turn = {"turn",
                draft.speech_begin.value_or(origin),
                at,
                {},
                std::move(draft.events),
                std::move(draft.error)};
  auto& attributes = trace.turn.attributes;
  attributes = {{"session.id", session_id_},
                {"voiceagent.turn", static_cast<std::int64_t>(turn)},
                {"voiceagent.interrupted", metrics.interrupted}};
  const auto measured = [&](std::string_view key, Duration delay) {
    if (delay >= Duration(0)) attributes.push_back({key, to_ms(delay)});
  };
  measured("voiceagent.response_ms", metrics.response);
  measured("voiceagent.played_ms", metrics.played);
  measured("voiceagent.barge_in_ms", metrics.barge_in);
  measured("voiceagent.silence_ms", metrics.silence);
  if (draft.reason) attributes.push_back({"voiceagent.end", std::string(to_string(*draft.reason))});
  if (!draft.intent.empty()) attributes.push_back({"voiceagent.intent", std::move(draft.intent)});
  enclose(trace);
  emit_(std::move(trace));
}

}  // namespace voiceagent::server
