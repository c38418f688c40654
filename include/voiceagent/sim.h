/// @file
/// Simulation: providers that follow a script, and speech that carries its own words. With a
/// VirtualExecutor, minutes of conversation run in milliseconds and repeat exactly.
///
/// Simulated speech is a square wave whose level spells the text, one character after another: what
/// a listener got can be read back from the samples that reached it. So a test sees what was really
/// heard, on either side, whatever was cut, lost or repeated on the way.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/llm.h"
#include "voiceagent/pool.h"
#include "voiceagent/stt.h"
#include "voiceagent/time.h"
#include "voiceagent/tool.h"
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

/// How long something takes: `base`, evenly up to `jitter` more, and at times `tail` on top.
struct Latency {
  /// No time at all.
  Latency() = default;
  /// Always the same.
  template <class Rep, class Period>
  Latency(std::chrono::duration<Rep, Period> always) : base(always) {}  // NOLINT: implicit
  /// By chance.
  Latency(Duration least, Duration spread, Duration late = {}, double late_share = 0.0)
      : base(least), jitter(spread), tail(late), tail_share(late_share) {}

  Duration base{0};         ///< At least.
  Duration jitter{0};       ///< Evenly from nothing to so much more.
  Duration tail{0};         ///< Now and then so much more still,
  double tail_share = 0.0;  ///< with this probability.
};

/// What goes wrong with a provider, each with its probability from 0 to 1. The first four are fates
/// of a stream: it has one at most, which strikes before one of its first 12 callbacks, or its end.
struct Faults {
  double refused_start = 0.0;  ///< start() fails.
  double error = 0.0;          ///< The stream fails with an error.
  double disconnect = 0.0;     ///< The stream closes without an error.
  double stall = 0.0;          ///< Nothing comes any more until it is cancelled.
  double late_close = 0.0;     ///< Of a cancel(): callbacks go on for a while before closed().
  double duplicate = 0.0;      ///< Of a final() or done(): it comes twice.
  double out_of_order = 0.0;   ///< Of a callback: it comes after the next one.
  double invalid_utf8 = 0.0;   ///< Of a text: a byte in it is not UTF-8.
  double odd_audio = 0.0;      ///< Of a chunk of audio: its length is odd, or tiny, or huge.
};

/// How and when a scripted provider's streams die, one after the other and without chance.
struct Death {
  /// The ways to die.
  enum class How {
    kNone,        ///< It lives.
    kRefuse,      ///< start() fails.
    kError,       ///< The stream fails with an error.
    kDisconnect,  ///< It closes without an error.
    kStall,       ///< Nothing comes any more until it is cancelled.
    kEmpty,       ///< It goes on without a word: blanks of a model, clauses without a sound of a
                  ///< synthesiser, nothing of a recogniser.
  };
  How how = How::kNone;                      ///< Which.
  ErrorCode code = ErrorCode::kUnavailable;  ///< Of a refusal or an error.
  int after_words = 0;                       ///< Of a model: after so many steps of its reply.
  Duration after_audio{0};  ///< After so much audio: heard by a recogniser, made by a synthesiser.
  int streams = 1'000'000'000;  ///< Only the first so many streams die.
};

/// A pool behind a scripted provider. Each of its streams needs a place, from its start to its end.
struct PoolScript {
  std::size_t maximum = 0;  ///< So many places; 0: there is no pool.
  Duration patience{0};     ///< A stream waits so long for one, then it fails; 0: it can't begin.
  std::size_t taken = 0;    ///< So many are others',
  Duration taken_for{0};    ///< until then, from the first stream on.
  std::shared_ptr<PoolBoard> board{};  ///< Where it is put up; may be null.
};

/// How a scripted recogniser behaves.
struct SttScript {
  Duration partial_interval{200'000'000};     ///< Between partials while words come; 0: none.
  Latency final_delay{Duration(30'000'000)};  ///< From flush to the final.
  bool word_times = true;                     ///< Whether finals carry words.
  bool whole_words = false;                   ///< Partials don't end in the middle of a word.
  int sample_rate = 16'000;                   ///< Of the audio that it wants.
  Latency partial_delay{};                    ///< From the audio to its partial.
  double word_errors = 0.0;     ///< Share of the words that are misheard: half garbled, half lost.
  double unasked_finals = 0.0;  ///< Of pauses: the words before it are settled without a flush.
  Duration turn_signal{0};      ///< So much silence is taken for the turn's end; 0: no signals.
  Faults faults{};              ///< What goes wrong.
  Death death{};                ///< What goes wrong for certain.
  PoolScript pool{};            ///< What its streams share.
  std::uint64_t seed = 0;       ///< Of all that is left to chance.
};

/// A recogniser that reads simulated speech.
VOICEAGENT_EXPORT std::shared_ptr<SttProvider> scripted_stt(SttScript script = {});

/// A tool that a scripted model asks for.
struct LlmCall {
  std::string id;         ///< Its id of the call; may be empty.
  std::string tool;       ///< Which tool; empty: none.
  std::string arguments;  ///< JSON text, or what is to be taken for it.
};

/// One step of a scripted reply.
struct LlmStep {
  Duration delay{0};  ///< After the step before.
  std::string text;   ///< A delta; empty: none, just the delay.
  LlmCall call{};     ///< A call of a tool, after the text.
};

/// Decides the reply to the messages; called on the session's executor.
using LlmScript = std::function<std::vector<LlmStep>(std::span<const Message> messages)>;

/// How a scripted model hands its replies over.
struct LlmDelivery {
  Duration set_up{0};     ///< Until its connection is there, which is made once, when first needed.
  Latency first_token{};  ///< On top of the first step's delay.
  Latency per_step{};     ///< On top of the delay of each other one.
  bool streaming = true;  ///< Step by step; else all at once when it is complete.
  Faults faults{};        ///< What goes wrong.
  Death death{};          ///< What goes wrong for certain.
  PoolScript pool{};      ///< What its streams share.
  std::uint64_t seed = 0;  ///< Of all that is left to chance.
};

/// A model that follows a script.
VOICEAGENT_EXPORT std::shared_ptr<LlmProvider> scripted_llm(LlmScript script,
                                                            LlmDelivery delivery = {});

/// The same reply to everything: the first word after `first_token`, then one every `per_word`. Of
/// a reply that has begun (the last message is the assistant's) it gives the rest.
VOICEAGENT_EXPORT LlmScript fixed_reply(std::string text, Duration first_token = {},
                                        Duration per_word = {});

/// How a scripted tool behaves.
struct ToolScript {
  /// What becomes of a call.
  enum class Way {
    kAnswer,  ///< It is answered with `result`.
    kFail,    ///< It is answered with an error, whose message is `result`.
    kNever,   ///< It is never answered.
    kTwice,   ///< It is answered twice.
    kDrop,    ///< The tool lets go of it without an answer.
    kThrow,   ///< The tool throws at once.
  };
  /// Something that it says on the way.
  struct Report {
    Duration after{0};                        ///< Since the call began.
    std::string text;                         ///< What.
    ToolProgress how = ToolProgress::kShown;  ///< To be shown, or spoken.
  };
  Tool tool;                    ///< All but its handler.
  Way way = Way::kAnswer;       ///< What becomes of its calls,
  Latency latency{};            ///< and how long it takes.
  std::string result = "done";  ///< The answer.
  std::vector<Report> reports;  ///< On the way.
  std::uint64_t seed = 0;       ///< Of all that is left to chance.
};

/// A tool that follows a script on `executor`, which must be that of its sessions.
VOICEAGENT_EXPORT Tool scripted_tool(ToolScript script, const std::shared_ptr<Executor>& executor);

/// How a scripted synthesiser behaves.
struct TtsScript {
  Latency first_audio{Duration(20'000'000)};  ///< From text, after a rest, to its first audio.
  int sample_rate = 16'000;                   ///< Of its audio.
  bool word_timings = true;                   ///< Whether it reports the times of words.
  bool numbered = false;       ///< Its samples say where they come from; see origin_of().
  Duration chunk{20'000'000};  ///< Audio comes in pieces of this length.
  double speed = 0.0;          ///< Seconds of audio made in a second; 0: all at once.
  Faults faults{};             ///< What goes wrong.
  Death death{};               ///< What goes wrong for certain.
  PoolScript pool{};           ///< What its streams share.
  std::uint64_t seed = 0;      ///< Of all that is left to chance.
};

/// A synthesiser of simulated speech.
VOICEAGENT_EXPORT std::shared_ptr<TtsProvider> scripted_tts(TtsScript script = {});

/// Where a sample comes from.
struct SampleOrigin {
  std::uint32_t stream = 0;  ///< Counts the provider's starts from 1, modulo 1024; 0: unknown.
  std::int64_t sample = 0;   ///< In the stream's audio: kCharacterTime of it for each byte of text.
};

/// Where the first of these samples of a numbering synthesiser comes from. They follow each other
/// in its audio, and there are 15 at least; else, or if they are anything else: unknown. The
/// numbers are in bits that SpeechReader ignores.
VOICEAGENT_EXPORT SampleOrigin origin_of(std::span<const std::int16_t> samples);

/// A detector that takes everything louder than -40 dB of full scale for speech, in frames of 10
/// ms.
VOICEAGENT_EXPORT std::shared_ptr<VadProvider> level_vad(int sample_rate = 16'000);

/// How the far end of a call behaves: a network, and a player behind it.
struct FarEndOptions {
  Latency delay{};                       ///< Of the network, each way. Frames stay in order.
  bool reports = true;                   ///< It tells the session what it has played.
  Duration report_interval{20'000'000};  ///< Between reports.
  Latency report_delay{};     ///< Of reports on top of the network's: they may overtake each other.
  double lost_frames = 0.0;   ///< Share of the frames that never arrive: silence plays instead.
  double lost_reports = 0.0;  ///< Share of the reports that never arrive.
  double stale_reports = 0.0;  ///< Share of the reports that name an earlier position.
  Duration buffer{0};      ///< The player waits so long before it plays, each time it has run dry.
  std::uint64_t seed = 0;  ///< Of all that is left to chance.
};

}  // namespace voiceagent::sim
