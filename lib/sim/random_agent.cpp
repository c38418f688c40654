// How the agent of a random conversation is configured.
#include <array>

#include "sim/random_plan.h"

namespace voiceagent::sim {
namespace {

Duration ms(int milliseconds) { return std::chrono::milliseconds(milliseconds); }

void draw_end_of_turn(Chance& chance, TurnOptions& turn) {
  if (chance.yes(0.3)) turn.start_speech = ms(chance.between(20, 80));
  if (chance.yes(0.3)) turn.stop_silence = ms(chance.between(40, 200));
  if (chance.yes(0.3)) turn.preroll = ms(chance.between(100, 600));
  if (chance.yes(0.5)) turn.endpointing_min = ms(chance.between(100, 600));
  if (chance.yes(0.5)) turn.endpointing_max = turn.endpointing_min + ms(chance.between(0, 1500));
  if (chance.yes(0.5)) turn.preemptive_replies = chance.between(0, 5);
  turn.manual_end = chance.yes(0.05);
}

void draw_interruption(Chance& chance, TurnOptions& turn) {
  constexpr std::array kModes{InterruptionMode::kVoice, InterruptionMode::kWords,
                              InterruptionMode::kVoiceAndWords, InterruptionMode::kNever,
                              InterruptionMode::kHost};
  if (chance.yes(0.5)) turn.interruption = kModes[chance.below(kModes.size())];
  if (chance.yes(0.4)) turn.interruption_speech = ms(chance.between(100, 800));
  if (chance.yes(0.3)) turn.interruption_words = chance.between(1, 3);
  if (chance.yes(0.4)) turn.false_interruption = ms(chance.between(300, 2500));
  if (chance.yes(0.2)) turn.interruption_level_db = static_cast<float>(chance.between(0, 12));
  if (chance.yes(0.2)) turn.echo_guard = ms(chance.between(50, 600));
  if (chance.yes(0.3)) turn.typed_text = TypedText::kQueue;
}

void draw_silence(Chance& chance, TurnOptions& turn) {
  turn.mute_until_first_reply = chance.yes(0.1);
  turn.mute_during_tools = chance.yes(0.1);
  if (chance.yes(0.2)) {
    turn.idle_after = ms(chance.between(500, 6000));
    for (int i = chance.between(0, 3); i > 0; --i) {
      turn.idle_prompts.push_back("are you there?");
    }
    turn.idle_hang_up = chance.yes(0.3);
  }
  if (chance.yes(0.4)) turn.dtmf_timeout = ms(chance.between(100, 3000));
  if (chance.yes(0.2)) turn.dtmf_terminator = chance.yes(0.5) ? "" : "*";
}

void draw_limits(Chance& chance, AgentOptions& agent) {
  LimitOptions& limits = agent.limits;
  limits.final_timeout = ms(chance.between(300, 1500));
  agent.resilience.first_token = ms(chance.between(800, 4000));
  agent.resilience.first_audio = ms(chance.between(800, 4000));
  agent.resilience.retries = 0;
  agent.resilience.apology.clear();
  agent.resilience.filler.clear();
  limits.close_timeout = ms(chance.between(100, 1500));
  if (chance.yes(0.1)) limits.max_utterance = ms(chance.between(1000, 4000));
  if (chance.yes(0.05)) limits.max_session = ms(chance.between(1, 60'000));
  if (chance.yes(0.1)) limits.max_reply_bytes = static_cast<std::size_t>(chance.between(8, 80));
  if (chance.yes(0.2)) {
    limits.max_history_messages = static_cast<std::size_t>(chance.between(2, 8));
  }
  if (chance.yes(0.1)) {
    limits.max_history_tokens = static_cast<std::size_t>(chance.between(20, 100));
  }
}

}  // namespace

void draw_agent(Chance& chance, AgentOptions& agent) {
  if (chance.yes(0.3)) agent.instructions = "be brief";
  if (chance.yes(0.3)) agent.greeting = "h0x0 h0x1, h0x2 h0x3.";
  agent.greeting_interruptible = !chance.yes(0.2);
  constexpr std::array kOther{Mode::kVoiceToText, Mode::kTextToVoice, Mode::kTextToText};
  if (chance.yes(0.15)) agent.mode = kOther[chance.below(kOther.size())];
  if (chance.yes(0.3)) agent.output_lead = ms(chance.between(20, 400));
  draw_end_of_turn(chance, agent.turn);
  draw_interruption(chance, agent.turn);
  draw_silence(chance, agent.turn);
  draw_limits(chance, agent);
}

bool hears_all(const AgentOptions& agent) {
  const TurnOptions& turn = agent.turn;
  return turn.interruption != InterruptionMode::kNever && !turn.mute_until_first_reply &&
         !turn.mute_during_tools && !turn.manual_end && agent.greeting_interruptible &&
         agent.limits.max_utterance >= std::chrono::seconds(60);
}

}  // namespace voiceagent::sim
