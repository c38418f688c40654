/// @file
/// What an agent is: its providers, its character, its manners of turn taking, its limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/llm.h"
#include "voiceagent/options.h"
#include "voiceagent/resilience.h"
#include "voiceagent/stt.h"
#include "voiceagent/tool.h"
#include "voiceagent/tts.h"
#include "voiceagent/turn_detector.h"
#include "voiceagent/turn_strategy.h"
#include "voiceagent/vad.h"

namespace voiceagent {

/// Which provider to use: a name from the registry with its options, or an object of the host's.
template <class Provider>
struct ProviderChoice {
  std::string name;                    ///< As registered; a label for logs if `instance` is set.
  Options options;                     ///< Checked against the provider's descriptors.
  std::shared_ptr<Provider> instance;  ///< Used as it is when set.
  /// Who takes over when it fails, in this order. They have no fallbacks of their own.
  std::vector<ProviderChoice> fallbacks{};
};

/// What cuts a reply off when the user makes a sound during it.
enum class InterruptionMode {
  kVoice,          ///< Voice of a certain length; words are not waited for.
  kWords,          ///< Recognised words; voice alone never.
  kVoiceAndWords,  ///< Words, in a voice that lasts and stands out from noise and echo; such a
                   ///< voice alone where the recogniser tells no words while it lasts.
  kNever,          ///< Nothing: the user isn't listened to during a reply.
  kHost,           ///< Session::interrupt() alone; what the user says meanwhile is answered after.
};

/// "voice", "words", "voice_and_words", "never" or "host".
VOICEAGENT_EXPORT std::string_view to_string(InterruptionMode mode);

/// What a line that the user types during a reply does.
enum class TypedText {
  kInterrupt,  ///< It cuts the reply off and is answered at once.
  kQueue,      ///< It is answered when the reply has been said.
};

/// "interrupt" or "queue".
VOICEAGENT_EXPORT std::string_view to_string(TypedText typed);

/// When the user's turn begins and ends, and what happens when both speak. The guide's page on turn
/// taking says when to change what.
struct TurnOptions {
  /// @name Hearing
  /// @{
  float vad_threshold = 0.5F;          ///< Frames of at least this probability are speech.
  Duration start_window{80'000'000};   ///< The start rule looks at the last so much audio.
  Duration start_speech{60'000'000};   ///< So much of the window must be speech to start.
  Duration stop_silence{100'000'000};  ///< So long without speech, and the user fell silent.
  Duration preroll{400'000'000};       ///< Audio before the start that is recognised too.
  /// @}
  /// @name The end of a turn
  /// @{
  Duration endpointing_min{180'000'000};    ///< The shortest silence that ends a turn.
  Duration endpointing_max{1'500'000'000};  ///< The longest wait. The same as the shortest: fixed.
  bool manual_end = false;  ///< Push-to-talk: neither silence nor a recogniser's detector ends a
                            ///< turn, but Session::commit_turn() and LimitOptions::max_utterance.
  int preemptive_replies = 3;  ///< Replies prepared per turn before its end is certain; 0: none.
  /// @}
  /// @name Interruptions
  /// @{
  InterruptionMode interruption = InterruptionMode::kVoiceAndWords;  ///< What interrupts.
  Duration interruption_speech{800'000'000};   ///< Voice of this length may interrupt: with words,
                                               ///< or where a voice alone counts.
  int interruption_words = 1;                  ///< So many words interrupt.
  Duration false_interruption{1'500'000'000};  ///< A sound without words holds it up so long.
  float interruption_level_db = 6.0F;          ///< Above noise and echo, to count as the user's.
  Duration echo_guard{0};  ///< So long after playback began, only what interrupts for sure holds.
  TypedText typed_text = TypedText::kInterrupt;  ///< What typing during a reply does.
  /// @}
  /// @name Listening
  /// @{
  bool mute_until_first_reply = false;  ///< Not listening before the first reply has ended.
  bool mute_during_tools = false;       ///< Not listening while a tool works.
  /// @}
  /// @name Silence of both
  /// @{
  Duration idle_after{0};                 ///< Then the user is taken to be away; 0: never.
  std::vector<std::string> idle_prompts;  ///< Said one after another, each after `idle_after`.
  bool idle_hang_up = false;              ///< After the last prompt, and once more so long.
  /// @}
  /// @name Keys
  /// @{
  Duration dtmf_timeout{2'000'000'000};  ///< Keys make a turn when no other follows for so long.
  std::string dtmf_terminator = "#";     ///< The key that ends the turn at once; empty: none.
  /// @}
};

/// How much is too much.
struct LimitOptions {
  Duration final_timeout{2'000'000'000};         ///< Waiting for the settled words of a turn.
  Duration close_timeout{2'000'000'000};         ///< Waiting for providers to let go on close.
  Duration max_utterance{60'000'000'000};        ///< A longer turn of the user's is ended.
  Duration max_session{0};                       ///< A longer session is closed; 0: none is.
  std::size_t max_reply_bytes = 64 * 1024;       ///< A longer reply is cut.
  std::size_t max_history_messages = 200;        ///< Older messages are not sent to the model.
  std::size_t max_history_tokens = 16'000;       ///< Nor what is beyond so many, roughly counted.
  std::size_t max_input_text_bytes = 16 * 1024;  ///< A longer typed text is refused.
  int max_tool_calls = 16;  ///< In one answer of the model; others are rejected.
  int max_tool_rounds = 8;  ///< In one reply; then the model must answer without tools.
  std::size_t max_tool_result_bytes = 16 * 1024;  ///< A longer result is cut.
};

/// Everything about an agent. A plain value; load_agent_config() (config.h) fills one from a file.
struct AgentOptions {
  ProviderChoice<SttProvider> stt{"pocketsphinx", {}, nullptr};  ///< Speech to text.
  ProviderChoice<LlmProvider> llm{"intents", {}, nullptr};       ///< The dialogue.
  ProviderChoice<TtsProvider> tts{"flite", {}, nullptr};         ///< Text to speech.
  ProviderChoice<VadProvider> vad{"webrtc", {}, nullptr};        ///< Voice activity.
  std::shared_ptr<TurnDetectorProvider> turn_detector;           ///< Listens along; may be null.
  std::string voice;                   ///< Of the synthesiser; empty: its default.
  std::string language = "en-US";      ///< BCP 47.
  std::string instructions;            ///< System prompt; empty: none.
  std::string greeting;                ///< Spoken when a session opens; empty: none.
  bool greeting_interruptible = true;  ///< Else the user isn't listened to before its end.
  bool summarise_history = false;      ///< What leaves the history is kept as a summary.
  Mode mode = Mode::kVoiceToVoice;     ///< The mode that sessions begin in.
  TurnOptions turn;                    ///< Turn taking.
  TurnStrategies strategies;           ///< Of the host's own, in place of those that `turn` sets.
  LimitOptions limits;                 ///< Limits.
  std::vector<Tool> tools;             ///< What the model may call; at most 128, names differ.
  ResilienceOptions resilience;        ///< What happens when a provider fails.
  Duration output_lead{120'000'000};   ///< Audio is sent at most so far ahead of its playing.
};

}  // namespace voiceagent
