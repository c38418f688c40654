/// @file
/// Turn detection by a model: a part that listens along and says how likely the user's turn is
/// over. What it says is a fact that the end-of-turn strategy weighs (TurnSnapshot::estimate). The
/// C form of it is va_turn_detector_vtable in provider_abi.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/provider.h"

namespace voiceagent {

/// Asked when the user has fallen silent, and again when the transcript changes in that silence.
struct TurnQuestion {
  std::uint64_t id = 0;         ///< Names the question in its answer.
  std::string_view transcript;  ///< The turn's words so far, UTF-8; valid during the call.
  std::string_view agent_said;  ///< The agent's latest reply; valid during the call.
};

/// Takes what a detector says; see provider.h for the threads.
class TurnDetectorSink {
 public:
  /// The answer to `question`: 0 to 1. One that is no number is none; one that comes when another was
  /// asked is dropped.
  virtual void estimate(std::uint64_t question, float probability) = 0;
  /// The stream failed; closed() follows. The session does without until the next utterance.
  virtual void error(const ProviderError& error) = 0;
  /// Nothing more will come: exactly once, and last.
  virtual void closed() = 0;

 protected:
  ~TurnDetectorSink() = default;
};

/// The detector of one session; see provider.h for the contract.
class VOICEAGENT_EXPORT TurnDetectorStream {
 public:
  virtual ~TurnDetectorStream() = default;
  /// 20 ms of an utterance, at the rate of the request. What can't be taken is the detector's loss.
  virtual void audio(AudioView audio) = 0;
  /// How likely is the turn over? Must not block: the answer is an estimate(), or none.
  virtual void ask(const TurnQuestion& question) = 0;
  /// Stop at once: closed() follows as soon as possible.
  virtual void cancel() = 0;
};

/// What a session wants of a stream.
struct TurnDetectorRequest {
  StreamContext context;        ///< What the stream may use.
  int sample_rate = 16'000;     ///< Of the audio that will come.
  std::string_view language;    ///< BCP 47, or empty; valid during start().
  std::string_view session_id;  ///< For logs; valid during start().
};

/// Makes detectors: shared by all sessions of an agent, safe to start streams from any executor.
class VOICEAGENT_EXPORT TurnDetectorProvider {
 public:
  virtual ~TurnDetectorProvider() = default;
  /// Begins a stream; `sink` stays valid until it has been told closed(). Does not block.
  virtual Result<std::unique_ptr<TurnDetectorStream>> start(const TurnDetectorRequest& request,
                                                            TurnDetectorSink& sink) = 0;
};

}  // namespace voiceagent
