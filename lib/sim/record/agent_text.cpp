#include "sim/record/agent_text.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "core/resilience/course.h"

namespace voiceagent {
namespace {

template <class Turn, class Visitor>
void visit_turn(Turn& t, Visitor& v) {
  v("turn.vad_threshold", t.vad_threshold);
  v("turn.start_window", t.start_window);
  v("turn.start_speech", t.start_speech);
  v("turn.stop_silence", t.stop_silence);
  v("turn.preroll", t.preroll);
  v("turn.endpointing_min", t.endpointing_min);
  v("turn.endpointing_max", t.endpointing_max);
  v("turn.manual_end", t.manual_end);
  v("turn.preemptive_replies", t.preemptive_replies);
  v("turn.interruption", t.interruption);
  v("turn.interruption_speech", t.interruption_speech);
  v("turn.interruption_words", t.interruption_words);
  v("turn.false_interruption", t.false_interruption);
  v("turn.interruption_level_db", t.interruption_level_db);
  v("turn.echo_guard", t.echo_guard);
  v("turn.typed_text", t.typed_text);
  v("turn.mute_until_first_reply", t.mute_until_first_reply);
  v("turn.mute_during_tools", t.mute_during_tools);
  v("turn.idle_after", t.idle_after);
  v("turn.idle_prompts", t.idle_prompts);
  v("turn.idle_hang_up", t.idle_hang_up);
  v("turn.dtmf_timeout", t.dtmf_timeout);
  v("turn.dtmf_terminator", t.dtmf_terminator);
}

template <class Resilience, class Visitor>
void visit_resilience(Resilience& r, Visitor& v) {
  v("resilience.transcript", r.transcript);
  v("resilience.first_token", r.first_token);
  v("resilience.token_stall", r.token_stall);
  v("resilience.first_audio", r.first_audio);
  v("resilience.audio_stall", r.audio_stall);
  v("resilience.retries", r.retries);
  v("resilience.backoff", r.backoff);
  v("resilience.backoff_max", r.backoff_max);
  v("resilience.seed", r.seed);
  v("resilience.filler", r.filler);
  v("resilience.filler_after", r.filler_after);
  v("resilience.hedging", r.hedging);
  v("resilience.hedging_percent", r.hedging_percent);
  v("resilience.breaker_failures", r.breaker_failures);
  v("resilience.breaker_open", r.breaker_open);
  v("resilience.breaker_refused", r.breaker_refused);
  v("resilience.apology", r.apology);
  v("resilience.after_failure", r.after_failure);
}

// Lists every option once.
template <class Agent, class Visitor>
void visit_options(Agent& a, Visitor&& v) {
  v("stt", a.stt.name);
  v("llm", a.llm.name);
  v("tts", a.tts.name);
  v("vad", a.vad.name);
  v("voice", a.voice);
  v("language", a.language);
  v("instructions", a.instructions);
  v("greeting", a.greeting);
  v("greeting_interruptible", a.greeting_interruptible);
  v("summarise_history", a.summarise_history);
  v("mode", a.mode);
  v("output_lead", a.output_lead);
  visit_turn(a.turn, v);
  visit_resilience(a.resilience, v);
  auto& l = a.limits;
  v("limits.final_timeout", l.final_timeout);
  v("limits.close_timeout", l.close_timeout);
  v("limits.max_utterance", l.max_utterance);
  v("limits.max_session", l.max_session);
  v("limits.max_reply_bytes", l.max_reply_bytes);
  v("limits.max_history_messages", l.max_history_messages);
  v("limits.max_history_tokens", l.max_history_tokens);
  v("limits.max_input_text_bytes", l.max_input_text_bytes);
  v("limits.max_tool_calls", l.max_tool_calls);
  v("limits.max_tool_rounds", l.max_tool_rounds);
  v("limits.max_tool_result_bytes", l.max_tool_result_bytes);
}

template <class T>
void write_option(JsonWriter& json, const T& value) {
  if constexpr (std::is_same_v<T, Duration>) {
    json.value(std::int64_t{value.count()});
  } else if constexpr (std::is_enum_v<T>) {
    json.value(static_cast<int>(value));
  } else if constexpr (std::is_same_v<T, float>) {
    json.value(static_cast<double>(value));
  } else if constexpr (std::is_same_v<T, std::size_t>) {
    json.value(std::uint64_t{value});
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    json.begin_array();
    for (const std::string& text : value) json.value(text);
    json.end_array();
  } else {
    json.value(value);
  }
}

template <class T>
void read_option(const Json& json, T& value) {
  if constexpr (std::is_same_v<T, Duration>) {
    value = Duration(json.integer(value.count()));
  } else if constexpr (std::is_same_v<T, bool>) {
    value = json.boolean(value);
  } else if constexpr (std::is_same_v<T, float>) {
    value = static_cast<float>(json.number(static_cast<double>(value)));
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = json.string(value);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    value.clear();
    for (std::size_t i = 0; i < json.size(); ++i) value.emplace_back(json.at(i).string());
  } else {
    value = static_cast<T>(json.integer(static_cast<std::int64_t>(value)));
  }
}

// How many take over from a provider: so much longer a session waits for it. Who they are doesn't
// matter to a session.
template <class Agent, class Visitor>
void visit_fallbacks(Agent& a, Visitor&& v) {
  v("stt.fallbacks", a.stt.fallbacks);
  v("llm.fallbacks", a.llm.fallbacks);
  v("tts.fallbacks", a.tts.fallbacks);
}

}  // namespace

void write_agent(JsonWriter& json, const AgentOptions& agent) {
  json.begin_object();
  visit_options(agent, [&json](std::string_view name, const auto& value) {
    json.key(name);
    write_option(json, value);
  });
  visit_fallbacks(agent, [&json](std::string_view name, const auto& fallbacks) {
    json.key(name).value(std::uint64_t{fallbacks.size()});
  });
  json.end_object();
}

AgentOptions read_agent(const Json& json) {
  AgentOptions agent;
  visit_options(agent, [&json](std::string_view name, auto& value) {
    if (json.has(name)) read_option(json[name], value);
  });
  visit_fallbacks(agent, [&json](std::string_view name, auto& fallbacks) {
    constexpr std::int64_t kMost = kMaxChain - 1;
    const std::int64_t count = std::clamp<std::int64_t>(json[name].integer(), 0, kMost);
    fallbacks.resize(static_cast<std::size_t>(count));
    for (auto& fallback : fallbacks) {
      fallback.name = "fallback " + std::to_string(&fallback - fallbacks.data() + 1);
    }
  });
  return agent;
}

}  // namespace voiceagent
