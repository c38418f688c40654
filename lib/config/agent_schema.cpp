#include "config/agent_schema.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace voiceagent {
template <>
constexpr std::array kChoices<Mode>{Mode::kVoiceToVoice, Mode::kVoiceToText, Mode::kTextToVoice,
                                    Mode::kTextToText};
template <>
constexpr std::array kChoices<InterruptionMode>{InterruptionMode::kVoiceAndWords,
                                                InterruptionMode::kVoice, InterruptionMode::kWords,
                                                InterruptionMode::kNever, InterruptionMode::kHost};
template <>
constexpr std::array kChoices<AfterFailure>{AfterFailure::kStay, AfterFailure::kHangUp,
                                            AfterFailure::kText};
template <>
constexpr std::array kChoices<TypedText>{TypedText::kInterrupt, TypedText::kQueue};

namespace {

using Range = SettingRange;

template <class T>
AgentSetting setting(std::string name, T AgentOptions::*field, Range range, std::string what) {
  const auto get = [field](AgentOptions& agent) -> T& { return agent.*field; };
  return make_setting<AgentOptions>(std::move(name), get, range, std::move(what));
}

template <class T>
AgentSetting setting(std::string name, T TurnOptions::*field, Range range, std::string what) {
  const auto get = [field](AgentOptions& agent) -> T& { return agent.turn.*field; };
  return make_setting<AgentOptions>(std::move(name), get, range, std::move(what));
}

template <class T>
AgentSetting setting(std::string name, T LimitOptions::*field, Range range, std::string what) {
  const auto get = [field](AgentOptions& agent) -> T& { return agent.limits.*field; };
  return make_setting<AgentOptions>(std::move(name), get, range, std::move(what));
}

template <class T>
AgentSetting setting(std::string name, T ResilienceOptions::*field, Range range, std::string what) {
  const auto get = [field](AgentOptions& agent) -> T& { return agent.resilience.*field; };
  return make_setting<AgentOptions>(std::move(name), get, range, std::move(what));
}

AgentSection agent_section() {
  using A = AgentOptions;
  return {"agent",
          "Who the agent is.",
          {setting("mode", &A::mode, {}, "How the two talk when a session begins."),
           setting("language", &A::language, {}, "The language, as a BCP 47 tag."),
           setting("voice", &A::voice, {}, "The synthesiser's voice; empty: its default."),
           setting("instructions", &A::instructions, {}, "The system prompt; empty: none."),
           setting("greeting", &A::greeting, {}, "Spoken when a session opens; empty: none."),
           setting("greeting_interruptible", &A::greeting_interruptible, {},
                   "The user may interrupt the greeting."),
           setting("summarise_history", &A::summarise_history, {},
                   "What leaves the history is kept as a summary, which the model writes."),
           setting("output_lead_ms", &A::output_lead, {20, 10'000},
                   "Audio is sent at most so far ahead of its playing.")}};
}

AgentSection turn_section() {
  using T = TurnOptions;
  return {"turn",
          "When the user's turn begins and ends, and what happens when both speak.",
          {setting("vad_threshold", &T::vad_threshold, {0, 1},
                   "Frames of at least this speech probability are speech."),
           setting("start_window_ms", &T::start_window, {10, 5'000},
                   "The start of speech is judged by the last so much audio."),
           setting("start_speech_ms", &T::start_speech, {10, 5'000},
                   "So much of that window must be speech for the user to have begun."),
           setting("stop_silence_ms", &T::stop_silence, {10, 10'000},
                   "So long without speech, and the user fell silent."),
           setting("preroll_ms", &T::preroll, {0, 5'000},
                   "Audio before the start of speech that is recognised too."),
           setting("endpointing_min_ms", &T::endpointing_min, {10, 10'000},
                   "The shortest silence after speech that ends the user's turn."),
           setting("endpointing_max_ms", &T::endpointing_max, {10, 60'000},
                   "The longest wait when the turn seems unfinished; the same as the shortest: "
                   "a fixed delay."),
           setting("manual_end", &T::manual_end, {},
                   "Push-to-talk: only the host ends a turn, by committing it, or "
                   "limits.max_utterance_ms."),
           setting("preemptive_replies", &T::preemptive_replies, {0, 100},
                   "Replies prepared per turn before its end is certain; 0: none."),
           setting("interruption", &T::interruption, {},
                   "What interrupts a reply: words, in a voice that lasts and stands out from "
                   "noise and echo; such a voice alone; words alone; nothing; the host alone."),
           setting("interruption_speech_ms", &T::interruption_speech, {10, 10'000},
                   "Voice of this length may interrupt, with words or where it counts."),
           setting("interruption_words", &T::interruption_words, {1, 100},
                   "So many recognised words interrupt."),
           setting("interruption_level_db", &T::interruption_level_db, {0, 60},
                   "So far above noise and echo a sound must be to count as the user's."),
           setting("false_interruption_ms", &T::false_interruption, {100, 60'000},
                   "Without words by then, the agent goes on where it stopped."),
           setting("echo_guard_ms", &T::echo_guard, {0, 10'000},
                   "So long after a reply became audible, a voice alone does not silence it."),
           setting("typed_text", &T::typed_text, {}, "What a line typed during a reply does."),
           setting("mute_until_first_reply", &T::mute_until_first_reply, {},
                   "The user isn't listened to before the first reply has ended."),
           setting("mute_during_tools", &T::mute_during_tools, {},
                   "The user isn't listened to while a tool works."),
           setting("idle_after_ms", &T::idle_after, {0, 86'400'000},
                   "After so long a silence the user is taken to be away; 0: never."),
           setting("idle_prompts", &T::idle_prompts, {},
                   "What the agent says then, each after another such silence; separated by |."),
           setting("idle_hang_up", &T::idle_hang_up, {},
                   "After the last idle prompt and one more silence the session closes."),
           setting("dtmf_timeout_ms", &T::dtmf_timeout, {100, 60'000},
                   "Keys make a turn when no other follows for so long."),
           setting("dtmf_terminator", &T::dtmf_terminator, {},
                   "The keys that end such a turn at once; empty: none.")}};
}

AgentSection limits_section() {
  using L = LimitOptions;
  return {
      "limits",
      "How much is too much.",
      {setting("final_timeout_ms", &L::final_timeout, {10, 600'000},
               "Waiting for the settled words of a turn."),
       setting("close_timeout_ms", &L::close_timeout, {10, 600'000},
               "Waiting for providers to let go when a session closes."),
       setting("max_utterance_ms", &L::max_utterance, {1'000, 3'600'000},
               "A longer turn of the user's is ended."),
       setting("max_session_ms", &L::max_session, {0, 604'800'000},
               "A longer session is closed; 0: none is."),
       setting("max_reply_bytes", &L::max_reply_bytes, {1, 16'777'216}, "A longer reply is cut."),
       setting("max_history_messages", &L::max_history_messages, {1, 1'000'000},
               "Older messages are not sent to the model."),
       setting("max_history_tokens", &L::max_history_tokens, {100, 100'000'000},
               "Nor what is beyond so many tokens, roughly counted."),
       setting("max_input_text_bytes", &L::max_input_text_bytes, {1, 16'777'216},
               "A longer typed text is refused."),
       setting("max_tool_calls", &L::max_tool_calls, {1, 1'000},
               "Tools called in one answer of the model; others are rejected."),
       setting("max_tool_rounds", &L::max_tool_rounds, {1, 100},
               "Rounds of tools in one reply; then the model must answer without."),
       setting("max_tool_result_bytes", &L::max_tool_result_bytes, {256, 16'777'216},
               "A longer result of a tool is cut.")}};
}

AgentSection resilience_section() {
  using R = ResilienceOptions;
  return {
      "resilience",
      "What happens when a provider is slow or fails.",
      {setting("transcript_ms", &R::transcript, {10, 600'000},
               "Waiting for one recogniser's settled words, if a fallback follows."),
       setting("first_token_ms", &R::first_token, {10, 600'000},
               "Waiting for the first text of one model's reply."),
       setting("token_stall_ms", &R::token_stall, {10, 600'000},
               "Waiting for the next piece of it."),
       setting("first_audio_ms", &R::first_audio, {10, 600'000},
               "Waiting for the first audio of a clause from one synthesiser."),
       setting("audio_stall_ms", &R::audio_stall, {10, 600'000},
               "Waiting for the next piece of it."),
       setting("retries", &R::retries, {0, 10},
               "So often a provider that failed is tried again before the next one is."),
       setting("backoff_ms", &R::backoff, {0, 600'000},
               "The pause before the first retry, half of it left to chance; doubled for each "
               "other one."),
       setting("backoff_max_ms", &R::backoff_max, {0, 600'000}, "That pause grows no longer."),
       setting("seed", &R::seed, {0, 9'007'199'254'740'991},
               "Of the pauses' chance, together with the session's id."),
       setting(
           "filler", &R::filler, {},
           "Said when tools have left the user in silence for filler_after_ms; empty: nothing."),
       setting("filler_after_ms", &R::filler_after, {100, 600'000},
               "Silence after which that is said, and said again."),
       setting("hedging", &R::hedging, {},
               "A reply that is later than is usual is asked for a second time; the first one "
               "counts."),
       setting("hedging_percent", &R::hedging_percent, {0, 100},
               "At most so many more requests per hundred for that."),
       setting("breaker_failures", &R::breaker_failures, {1, 1'000},
               "After so many failures in a row a provider is left alone."),
       setting("breaker_open_ms", &R::breaker_open, {10, 86'400'000},
               "For so long; then one request tries it."),
       setting("breaker_refused_ms", &R::breaker_refused, {10, 86'400'000},
               "The same after a refused key or a spent quota."),
       setting("apology", &R::apology, {},
               "Said when nothing helped, in the agent's voice; empty: nothing."),
       setting("after_failure", &R::after_failure, {},
               "What follows the apology: the session stays, hangs up, or goes on in writing.")}};
}

}  // namespace

const std::vector<AgentSection>& agent_sections() {
  static const std::vector<AgentSection> sections{agent_section(), turn_section(), limits_section(),
                                                  resilience_section()};
  return sections;
}

std::vector<ProviderSection> provider_sections(AgentOptions& agent) {
  return {
      {ProviderKind::kStt, "Speech to text.", &agent.stt.name, &agent.stt.options},
      {ProviderKind::kLlm, "The language model or dialogue engine.", &agent.llm.name,
       &agent.llm.options},
      {ProviderKind::kTts, "Text to speech.", &agent.tts.name, &agent.tts.options},
      {ProviderKind::kVad, "Voice activity detection.", &agent.vad.name, &agent.vad.options},
  };
}

}  // namespace voiceagent
