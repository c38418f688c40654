/// @file
/// What an agent is: its providers, its character, its manners of turn taking, its limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "voiceagent/events.h"
#include "voiceagent/llm.h"
#include "voiceagent/options.h"
#include "voiceagent/stt.h"
#include "voiceagent/tts.h"
#include "voiceagent/vad.h"

namespace voiceagent {

/// Which provider to use: a name from the registry with its options, or an object of the host's.
template <class Provider>
struct ProviderChoice {
  std::string name;                    ///< As registered; a label for logs if `instance` is set.
  Options options;                     ///< Checked against the provider's descriptors.
  std::shared_ptr<Provider> instance;  ///< Used as it is when set.
};

/// When the user's turn begins and ends, and what happens when both speak.
struct TurnOptions {
  float vad_threshold = 0.5F;                 ///< Frames of at least this probability are speech.
  Duration start_window{80'000'000};          ///< The start rule looks at the last so much audio.
  Duration start_speech{60'000'000};          ///< So much of the window must be speech to start.
  Duration stop_silence{100'000'000};         ///< So long without speech, and the user fell silent.
  Duration endpointing{300'000'000};          ///< Silence after speech that ends the turn.
  Duration preroll{400'000'000};              ///< Audio before the start that is recognised too.
  bool interruptions = true;                  ///< The user may interrupt the agent.
  Duration interruption_speech{400'000'000};  ///< Speech of this length interrupts, words or not.
  int interruption_words = 1;                 ///< So many recognised words interrupt at once.
  Duration false_interruption{1'500'000'000};  ///< A sound without words holds it up so long.
};

/// How much is too much.
struct LimitOptions {
  Duration final_timeout{2'000'000'000};         ///< Waiting for the settled words of a turn.
  Duration first_token_timeout{15'000'000'000};  ///< Waiting for the first text of a reply.
  Duration first_audio_timeout{10'000'000'000};  ///< Waiting for the first audio of a clause.
  Duration close_timeout{2'000'000'000};         ///< Waiting for providers to let go on close.
  Duration max_utterance{60'000'000'000};        ///< A longer turn of the user's is ended.
  std::size_t max_reply_bytes = 64 * 1024;       ///< A longer reply is cut.
  std::size_t max_history_messages = 200;        ///< Older messages are not sent to the model.
  std::size_t max_input_text_bytes = 16 * 1024;  ///< A longer typed text is refused.
};

/// Everything about an agent. A plain value; load_agent_config() (config.h) fills one from a file.
struct AgentOptions {
  ProviderChoice<SttProvider> stt{"pocketsphinx", {}, nullptr};  ///< Speech to text.
  ProviderChoice<LlmProvider> llm{"intents", {}, nullptr};       ///< The dialogue.
  ProviderChoice<TtsProvider> tts{"flite", {}, nullptr};         ///< Text to speech.
  ProviderChoice<VadProvider> vad{"webrtc", {}, nullptr};        ///< Voice activity.
  std::string voice;                  ///< Of the synthesiser; empty: its default.
  std::string language = "en-US";     ///< BCP 47.
  std::string instructions;           ///< System prompt; empty: none.
  std::string greeting;               ///< Spoken when a session opens; empty: none.
  Mode mode = Mode::kVoiceToVoice;    ///< The mode that sessions begin in.
  TurnOptions turn;                   ///< Turn taking.
  LimitOptions limits;                ///< Limits.
  Duration output_lead{120'000'000};  ///< Audio is sent at most so far ahead of its playing.
};

}  // namespace voiceagent
