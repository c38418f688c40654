/// @file
/// What happens when a provider is slow, fails or refuses: deadlines, retries, fallbacks, breakers,
/// and what the user is told when nothing helped. docs/design/resilience.md justifies each default.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "voiceagent/export.h"
#include "voiceagent/time.h"

namespace voiceagent {

struct Pcm;

/// What a session does once a provider and all its fallbacks have failed and the user was told.
enum class AfterFailure {
  kStay,    ///< It goes on: the next turn may fare better.
  kHangUp,  ///< It closes, with CloseReason::kError.
  kText,    ///< It goes on in writing: the mode changes to one without the voice that failed.
};

/// "stay", "hang_up" or "text".
VOICEAGENT_EXPORT std::string_view to_string(AfterFailure after);

/// What a circuit breaker lets pass.
enum class BreakerState {
  kClosed,    ///< Everything: the provider works.
  kOpen,      ///< Nothing for a while: it has failed too often.
  kHalfOpen,  ///< One request, which finds out whether it works again.
};

/// "closed", "open" or "half_open".
VOICEAGENT_EXPORT std::string_view to_string(BreakerState state);

/// How an agent deals with providers that fail. A provider's own errors are told apart by their
/// kind: what was refused for good (key, quota, bad request) goes to the next provider at once;
/// what may pass (unavailable, timeout, protocol) is tried again first, if the user has got nothing
/// yet.
struct ResilienceOptions {
  /// @name Deadlines, each for one provider of a chain
  /// @{
  Duration transcript{800'000'000};     ///< From a flush to the settled words, if others follow.
  Duration first_token{6'000'000'000};  ///< From the request to the first text of a reply.
  Duration token_stall{4'000'000'000};  ///< Between two words of its text.
  Duration first_audio{4'000'000'000};  ///< From a clause to its first audio.
  Duration audio_stall{2'000'000'000};  ///< Between two pieces of audio that is owed.
  /// @}
  /// @name Trying again
  /// @{
  int retries = 1;                      ///< Of one provider, per stream, before the next one.
  Duration backoff{100'000'000};        ///< Before the first retry; doubled for each other one.
  Duration backoff_max{2'000'000'000};  ///< It grows no longer than that.
  std::uint64_t seed = 0;  ///< Of the backoff's jitter, together with the session's id.
  /// @}
  /// @name While tools work
  /// @{
  /// Said when a reply's tools have left the user in silence for `filler_after`, and again after
  /// each further silence of that length, however many rounds of calls it takes; empty: nothing.
  /// Only in modes with a voice; what a single tool has to say comes as Tool::filler tells. UTF-8.
  std::string filler = "One moment, please.";
  Duration filler_after{6'000'000'000};
  /// @}
  /// @name Hedging
  /// @{
  bool hedging = false;      ///< A late reply is asked for a second time; the first one counts.
  int hedging_percent = 10;  ///< At most so many more requests per hundred.
  /// @}
  /// @name Circuit breakers, one per provider, shared by all sessions of an engine
  /// @{
  int breaker_failures = 5;  ///< So many failures in a row, and the provider is left alone,
  Duration breaker_open{30'000'000'000};      ///< for so long; then one request tries it.
  Duration breaker_refused{600'000'000'000};  ///< The same after a refused key or a spent quota.
  /// @}
  /// @name When nothing helped
  /// @{
  /// Said in the agent's voice, from audio that was made beforehand; empty: nothing is said. For
  /// an agent with a voice at most 4,096 bytes, or make_agent() refuses it. One that lasts longer
  /// than 30 s has no such audio: it is said only while the voice works.
  std::string apology = "I'm sorry, something went wrong on my side. Please try again.";
  /// Its audio, of any rate, in place of what the agent's voice would make of it; without samples
  /// there is none. Null: the agent's voice makes it. Shared, and not changed.
  std::shared_ptr<const Pcm> apology_clip{};
  AfterFailure after_failure = AfterFailure::kStay;  ///< What happens then.
  /// @}
};

}  // namespace voiceagent
