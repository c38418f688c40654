/// @file
/// Speech to text: the streaming interface that recognisers implement, and the helper that makes
/// one from a function. The C form of it is va_stt_vtable in provider_abi.h.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/provider.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// One recognised word. Times are from the first sample pushed into the stream.
struct Word {
  std::string_view text;    ///< UTF-8, as the recogniser writes it.
  Duration start{0};        ///< Its beginning.
  Duration end{0};          ///< Its end.
  float confidence = 1.0F;  ///< 0 to 1; 1 when the recogniser gives none.
};

/// What was understood. Views are valid during the call that passes it.
struct Transcript {
  std::string_view text;        ///< The words, in UTF-8; empty when nothing was understood.
  float confidence = 1.0F;      ///< 0 to 1; 1 when the recogniser gives none.
  std::span<const Word> words;  ///< Empty when the recogniser gives no word times.
  std::string_view language;    ///< BCP 47, or empty.
};

/// What a recogniser with end-of-turn detection of its own says about the user's turn.
enum class TurnSignal {
  kLikelyEnd,  ///< The user may be done.
  kEnd,        ///< The user is done.
  kResumed,    ///< The user went on after kLikelyEnd or kEnd.
};

/// Takes what a stream understood; see provider.h for the threads.
class SttSink {
 public:
  /// The words so far since the last final; each replaces the one before.
  virtual void partial(const Transcript& transcript) = 0;
  /// Settled words; they don't change any more. Exactly one per flush(), with empty text if nothing
  /// was said; recognisers that segment on their own may send more in between.
  virtual void final(const Transcript& transcript) = 0;
  /// An end-of-turn opinion; `probability` is 0 to 1. A likely end with 0, or with no number, is none.
  virtual void turn_signal(TurnSignal signal, float probability) = 0;
  /// The stream can take audio again after audio() returned false.
  virtual void writable() = 0;
  /// The stream failed; closed() follows.
  virtual void error(const ProviderError& error) = 0;
  /// Nothing more will come: exactly once, and last.
  virtual void closed() = 0;

 protected:
  ~SttSink() = default;
};

/// One listening stretch of one session.
class VOICEAGENT_EXPORT SttStream {
 public:
  virtual ~SttStream() = default;
  /// Takes audio at the rate asked for in the request, any length. False: full, nothing was taken;
  /// sink.writable() says when to go on.
  virtual bool audio(AudioView audio) = 0;
  /// Settle what was said so far: one final() answers it; the stream stays usable.
  virtual void flush() = 0;
  /// No more audio: settle (one final() if there is anything unsettled), then closed().
  virtual void finish() = 0;
  /// Stop at once: closed() follows as soon as possible.
  virtual void cancel() = 0;
};

/// What a recogniser can do; the engine makes up for what it can't.
struct SttCapabilities {
  std::vector<int> sample_rates;       ///< Accepted rates, best first; the engine resamples.
  bool partials = false;               ///< It sends partial().
  bool word_times = false;             ///< Its transcripts carry words.
  bool turn_signals = false;           ///< It sends turn_signal().
  std::vector<std::string> languages;  ///< BCP 47; empty: any.
};

/// What a session wants of a stream.
struct SttRequest {
  StreamContext context;        ///< What the stream may use.
  int sample_rate = 16'000;     ///< One of the capabilities' rates.
  std::string_view language;    ///< BCP 47, or empty for the provider's default.
  std::string_view session_id;  ///< For logs; valid during start().
  Duration final_timeout{0};    ///< From a flush on, settled words are waited for so long; 0: not
                                ///< said.
};

/// A recogniser: shared by all sessions of an engine, safe to start streams from any executor.
class VOICEAGENT_EXPORT SttProvider {
 public:
  virtual ~SttProvider() = default;
  /// What it can do; constant.
  virtual const SttCapabilities& capabilities() const = 0;
  /// Begins a stream; `sink` stays valid until it has been told closed(). Does not block.
  virtual Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) = 0;
  /// A session has opened that will want streams: a good moment to make a connection, or what else
  /// takes long and can be kept. Called once a session, on its executor, before its greeting; must
  /// not block. Whether it succeeds is for nobody to wait for: what fails is tried again by the
  /// first stream, which says so. Does nothing unless overridden.
  virtual void warm_up(const WarmUp& means) { (void)means; }
};

/// A transcript that owns its text: what a recogniser function returns.
struct OwnedTranscript {
  std::string text;         ///< UTF-8; empty when nothing was understood.
  float confidence = 1.0F;  ///< 0 to 1.
};

/// Makes a recogniser from a blocking function over one utterance: audio is gathered, and at each
/// flush the function runs on a worker thread. It must be callable from several threads at once.
/// At most 60 s are gathered between flushes; beyond that audio() says full.
VOICEAGENT_EXPORT std::shared_ptr<SttProvider> stt_from_function(
    std::function<Result<OwnedTranscript>(AudioView utterance)> function, int sample_rate = 16'000);

}  // namespace voiceagent
