/// @file
/// Text to speech: the streaming interface that synthesisers implement, and the helper that makes
/// one from a function. The C form of it is va_tts_vtable in provider_abi.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/provider.h"

namespace voiceagent {

/// A half-open range of bytes in a text.
struct TextSpan {
  std::size_t begin = 0;  ///< First byte.
  std::size_t end = 0;    ///< One past the last byte.
};

/// Says which words of the text a stretch of the audio speaks. Positions count from the stream's
/// first byte of text and from its first sample of audio, at the audio's rate.
struct SpokenSpan {
  TextSpan text;                  ///< Where in the text pushed so far, all pieces joined.
  std::int64_t begin_sample = 0;  ///< First sample.
  std::int64_t end_sample = 0;    ///< One past the last sample.
};

/// Takes speech as it comes; words without a sound are a failure. For threads see provider.h.
class TtsSink {
 public:
  /// More speech, in order; any length. False: full, nothing was taken; TtsStream::resume() says
  /// when to try again with the same audio.
  virtual bool audio(AudioView audio) = 0;
  /// The words that audio already passed, or about to be passed, speaks; in order.
  virtual void timing(const SpokenSpan& span) = 0;
  /// All text pushed so far has been turned into audio: one per flush(), and one for finish().
  virtual void done() = 0;
  /// The stream failed; closed() follows.
  virtual void error(const ProviderError& error) = 0;
  /// Nothing more will come: exactly once, and last.
  virtual void closed() = 0;

 protected:
  ~TtsSink() = default;
};

/// One reply being spoken.
class VOICEAGENT_EXPORT TtsStream {
 public:
  virtual ~TtsStream() = default;
  /// Takes a clause or a sentence, in UTF-8, of at most 4,096 bytes; what is pushed is spoken in
  /// order. False: full, nothing was taken; a done() or a later try makes room.
  virtual bool text(std::string_view piece) = 0;
  /// Speak what you have, without waiting for more text; one done() answers it.
  virtual void flush() = 0;
  /// No more text: speak the rest, then done() and closed().
  virtual void finish() = 0;
  /// Stop at once: closed() follows as soon as possible.
  virtual void cancel() = 0;
  /// The sink has room again after its audio() returned false.
  virtual void resume() = 0;
};

/// What a synthesiser can do; the engine makes up for what it can't.
struct TtsCapabilities {
  int sample_rate = 16'000;         ///< Of the audio that it gives, unless audio() says otherwise.
  bool word_timings = false;        ///< It calls timing().
  std::vector<std::string> voices;  ///< The voices it knows; empty: whatever the options say.
  std::vector<std::string> languages;  ///< BCP 47; empty: any.
};

/// What a session wants of a stream.
struct TtsRequest {
  StreamContext context;        ///< What the stream may use.
  std::string_view voice;       ///< One of the capabilities' voices, or empty for the default.
  std::string_view language;    ///< BCP 47, or empty.
  std::string_view session_id;  ///< For logs; valid during start().
};

/// A synthesiser: shared by all sessions of an engine, safe to start streams from any executor.
class VOICEAGENT_EXPORT TtsProvider {
 public:
  virtual ~TtsProvider() = default;
  /// What it can do; constant.
  virtual const TtsCapabilities& capabilities() const = 0;
  /// Begins a stream; `sink` stays valid until it has been told closed(). Does not block.
  /// kNotFound, naming those that exist, for an unknown voice.
  virtual Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) = 0;
  /// A session has opened that will want streams: a good moment to make a connection, or what else
  /// takes long and can be kept. Called once a session, on its executor, before its greeting; must
  /// not block. Whether it succeeds is for nobody to wait for: what fails is tried again by the
  /// first stream, which says so. Does nothing unless overridden.
  virtual void warm_up(const WarmUp& means) { (void)means; }
};

/// Makes a synthesiser from a blocking function that turns a clause into audio on a worker thread.
/// It must be callable from several threads at once. Word timings are estimated by the engine.
VOICEAGENT_EXPORT std::shared_ptr<TtsProvider> tts_from_function(
    std::function<Result<Pcm>(std::string_view text)> function, int sample_rate = 16'000);

}  // namespace voiceagent
