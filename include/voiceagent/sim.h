/// @file
/// Simulation: providers that follow a script, and speech that carries its own words. With a
/// VirtualExecutor, minutes of conversation run in milliseconds and repeat exactly.
///
/// Simulated speech is a square wave whose level spells the text, one character after another: what
/// a listener got can be read back from the samples that reached it. So a test sees what was really
/// heard, on either side, whatever was cut, lost or repeated on the way.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/llm.h"
#include "voiceagent/stt.h"
#include "voiceagent/time.h"
#include "voiceagent/tts.h"
#include "voiceagent/vad.h"

namespace voiceagent::sim {

/// How long one character of simulated speech lasts.
inline constexpr Duration kCharacterTime{60'000'000};

/// Speaks `text` (bytes from 32 to 126; others become '?') at `sample_rate`, kCharacterTime a byte.
VOICEAGENT_EXPORT Pcm speak(std::string_view text, int sample_rate = 16'000);

/// Silence of that length.
VOICEAGENT_EXPORT Pcm silence(Duration length, int sample_rate = 16'000);

/// Reads simulated speech back, from samples in pieces of any length. It must not have been
/// resampled or scaled. A character counts once the first sample of it has come.
class VOICEAGENT_EXPORT SpeechReader {
 public:
  /// Takes the next samples.
  void add(std::span<const std::int16_t> samples);
  /// What was spoken so far; a pause reads as one space between words.
  const std::string& text() const { return text_; }
  /// Forgets everything.
  void clear();

 private:
  void end_word();

  std::string text_;
  int last_code_ = 0;
  int zeros_ = 0;
};

/// How a scripted recogniser behaves.
struct SttScript {
  Duration partial_interval{200'000'000};  ///< Between partials while words come; 0: none.
  Duration final_delay{30'000'000};        ///< From flush to the final.
  bool word_times = true;                  ///< Whether finals carry words.
};

/// A recogniser that reads simulated speech.
VOICEAGENT_EXPORT std::shared_ptr<SttProvider> scripted_stt(SttScript script = {});

/// One step of a scripted reply.
struct LlmStep {
  Duration delay{0};  ///< After the step before.
  std::string text;   ///< A delta; empty: none, just the delay.
};

/// Decides the reply to the messages; called on the session's executor.
using LlmScript = std::function<std::vector<LlmStep>(std::span<const Message> messages)>;

/// A model that follows a script.
VOICEAGENT_EXPORT std::shared_ptr<LlmProvider> scripted_llm(LlmScript script);

/// The same reply to everything: the first word after `first_token`, then one every `per_word`.
VOICEAGENT_EXPORT LlmScript fixed_reply(std::string text, Duration first_token = {},
                                        Duration per_word = {});

/// How a scripted synthesiser behaves.
struct TtsScript {
  Duration first_audio{20'000'000};  ///< From text to its first audio.
  int sample_rate = 16'000;          ///< Of its audio.
  bool word_timings = true;          ///< Whether it reports the times of words.
};

/// A synthesiser of simulated speech.
VOICEAGENT_EXPORT std::shared_ptr<TtsProvider> scripted_tts(TtsScript script = {});

/// A detector that takes everything louder than -40 dB of full scale for speech.
VOICEAGENT_EXPORT std::shared_ptr<VadProvider> level_vad();

}  // namespace voiceagent::sim
