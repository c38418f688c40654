// Whom the load generator talks to, and what its callers say: the recogniser, the model and the
// synthesiser follow a script and cost next to nothing; the detector of voice is the real one.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "voiceagent/agent.h"
#include "voiceagent/sim.h"

namespace voiceagent::bench {

// A caller speaks for 1.5 s and is silent for the rest of the cycle; the reply lasts 3 s: the agent
// talks half of the time.
inline constexpr Duration kCycle{6'000'000'000};
inline constexpr std::string_view kQuestion = "what time is it in london";
inline constexpr std::string_view kReply = "it is half past nine in london and it rains again.";

inline AgentOptions scripted_agent() {
  AgentOptions options;
  options.stt = {"scripted", {}, sim::scripted_stt()};
  options.llm = {"scripted", {}, sim::scripted_llm(sim::fixed_reply(std::string(kReply)))};
  options.tts = {"scripted", {}, sim::scripted_tts()};
  return options;
}

// What a caller says in a cycle, at 16 kHz.
inline Pcm caller_audio() {
  Pcm audio = sim::speak(kQuestion);
  audio.samples.resize(static_cast<std::size_t>(duration_to_samples(kCycle, audio.sample_rate)));
  return audio;
}

}  // namespace voiceagent::bench
