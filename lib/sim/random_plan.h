// What is drawn from a seed before a random conversation begins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/chance.h"
#include "voiceagent/agent.h"
#include "voiceagent/events.h"
#include "voiceagent/random_simulation.h"
#include "voiceagent/session.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {

// What a host may do.
enum class HostCommand {
  kClose,
  kInterrupt,
  kCommit,
  kType,
  kSetMode,
  kPushAudio,
  kReport,
  kSay,
  kPressKeys,
};
inline constexpr int kHostCommands = 9;

std::string_view to_string(HostCommand command);

// Something that the host does inside the handler of an event.
struct Hook {
  EventKind kind = EventKind::kSessionOpened;
  int nth = 1;  // event of that kind
  HostCommand command = HostCommand::kClose;
};

struct Microphone {
  std::size_t chunk = 320;  // samples handed over at once
  bool continuous = false;  // it sends silence too
  Duration hangover{0};     // else it goes on for so long after a sound
};

struct RandomPlan {
  std::uint64_t seed = 0;
  AgentOptions agent;  // its providers are made from the scripts below
  SessionOptions session;
  SttScript stt;
  LlmDelivery llm;
  TtsScript tts;
  std::vector<SttScript> stt_fallbacks;
  std::vector<LlmDelivery> llm_fallbacks;
  std::vector<TtsScript> tts_fallbacks;
  FarEndOptions far_end;
  Microphone microphone;
  std::vector<ToolScript> tools;
  std::vector<Hook> hooks;
  int reply_words = 10;    // of the longest reply
  bool faults = false;     // something may go wrong with a provider
  bool chain = false;      // and then others are tried, or the same again
  bool listens = false;    // nothing that the user says in a voice mode may be lost in silence,
  bool hears_all = false;  // and nothing at all
  Duration length{0};
};

RandomPlan draw_plan(std::uint64_t seed, const RandomOptions& options);

// The agent's own part of it.
void draw_agent(Chance& chance, AgentOptions& agent);
// Whether such an agent listens to everything that is said to it in a voice mode.
bool hears_all(const AgentOptions& agent);

// A few lines for people.
std::string describe(const RandomPlan& plan);

}  // namespace voiceagent::sim
