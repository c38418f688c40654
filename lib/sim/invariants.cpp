// The checks that go along with the conversation: nobody waits without an end.
#include "sim/invariants.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/resilience/chains.h"
#include "sim/invariants_tools.h"
#include "sim/random_words.h"

namespace voiceagent::sim {
namespace {

constexpr int kRepliesAtOnce = 50;

Duration longest(const Latency& latency) {
  return latency.base + latency.jitter + (latency.tail_share > 0 ? latency.tail : Duration(0));
}

// The agent as far as the lengths of its chains go.
AgentOptions with_chains(const RandomPlan& plan) {
  AgentOptions agent = plan.agent;
  agent.llm.fallbacks.resize(plan.llm_fallbacks.size());
  agent.tts.fallbacks.resize(plan.tts_fallbacks.size());
  return agent;
}

// The longest that the network may take.
Duration network(const RandomPlan& plan) {
  return 2 * longest(plan.far_end.delay) + longest(plan.far_end.report_delay) +
         plan.far_end.buffer + plan.far_end.report_interval;
}

// The longest that anything but a voice may keep the other side waiting: the longest deadline, and
// some time for what follows from it.
Duration patience(const RandomPlan& plan) {
  const LimitOptions& limits = plan.agent.limits;
  const TurnOptions& turn = plan.agent.turn;
  const Duration user = limits.final_timeout + turn.endpointing_max + turn.stop_silence;
  Duration tools{0};
  for (const ToolScript& script : plan.tools) tools = std::max(tools, script.tool.deadline);
  const AgentOptions agent = with_chains(plan);
  // Somebody who has said a few words may be about to say more.
  const Duration hold = 2 * turn.false_interruption;
  // A reply may have to wait for all models, and its speech for all voices.
  return std::max({reply_patience(agent), speech_patience(agent), user, hold, tools}) +
         network(plan) + std::chrono::seconds(2);
}

}  // namespace

void Invariants::see(const AnyEvent& event, const FarEnd& far_end) {
  check_interruption(event.envelope().time);
  story_.see(event);
  if (event.kind() == EventKind::kReplyStarted) check_pace();
  if (event.kind() == EventKind::kReplyStarted && story_.turn(event.envelope().turn).voice) {
    settle_report(far_end);
    last_voice_ = event.envelope().turn;
  }
  if (const auto* heard = event.as<event::TranscriptPartial>()) expect_interruption(heard->text);
  check_interrupter(event);
  if (const auto* out = event.as<event::AudioOut>()) note_fetched(*out);
  if (event.kind() == EventKind::kHistorySummarised) summarised_ = true;
  note_sign(event);
  note_failure(event);
  const auto* error = event.as<event::Error>();
  if (error != nullptr && error->stage == Stage::kStt) {
    // Who has said a back-channel may go on after what came then was not understood in time.
    const bool goes_on =
        error->code == ErrorCode::kTimeout && !story_.turn(story_.user_turn()).words.empty();
    deaf_turn_ = goes_on ? 0 : story_.user_turn();
    deaf_since_ = story_.now();
    deaf_.push_back(deaf_since_);
  }
  if (event.kind() == EventKind::kSessionClosed && closing_ >= Duration(0)) {
    const Duration late = story_.now() - closing_ - plan_.agent.limits.close_timeout;
    if (late > Duration(0)) {
      add("a session closes within its deadline", std::to_string(to_ms(late)) + " ms late");
    }
  }
}

// Replies that bring each other about would go on for ever, in no time.
void Invariants::check_pace() {
  if (story_.now() != replies_at_) replies_ = 0;
  replies_at_ = story_.now();
  if (++replies_ == kRepliesAtOnce) add("time goes on", std::to_string(replies_) + " replies");
}

// What the user learns of their own words.
void Invariants::note_sign(const AnyEvent& event) {
  const auto* partial = event.as<event::TranscriptPartial>();
  const auto* final = event.as<event::TranscriptFinal>();
  const bool words =
      (partial != nullptr && !partial->text.empty()) || (final != nullptr && !final->text.empty());
  const bool answered = event.kind() == EventKind::kTurnEnded;  // with the words so far
  if (words || answered || event.kind() == EventKind::kError) signs_.push_back(story_.now());
}

// Enough words while the agent has fallen silent for them: they cut it off at once.
void Invariants::expect_interruption(std::string_view words) {
  const TurnOptions& turn = plan_.agent.turn;
  const bool by_words = turn.interruption == InterruptionMode::kWords;
  if (!by_words || !story_.held() || closing_ >= Duration(0)) return;
  const bool always = std::ranges::all_of(
      plan_.tools, [](const ToolScript& script) { return script.tool.interruptible; });
  if (!always) return;
  const auto count = std::ranges::count_if(
      split_words(words), [](std::string_view word) { return read_word(word).has_value(); });
  if (count < turn.interruption_words) return;
  words_over_ = story_.replying();
  words_at_ = story_.now();
}

void Invariants::check_interruption(Duration now) {
  if (words_over_ == 0 || now <= words_at_) return;
  if (std::exchange(words_over_, 0U) == story_.replying() && story_.held()) {
    findings_.add("words interrupt", "turn " + std::to_string(story_.replying()), words_at_);
  }
}

// Where words alone interrupt, so many of them as are asked for.
void Invariants::check_interrupter(const AnyEvent& event) {
  const TurnOptions& turn = plan_.agent.turn;
  if (turn.interruption != InterruptionMode::kWords) return;
  if (event.kind() == EventKind::kSpeechStarted) words_heard_ = 0;
  if (const auto* partial = event.as<event::TranscriptPartial>()) {
    words_heard_ = std::max(words_heard_, std::ssize(split_words(partial->text)));
  }
  if (const auto* final = event.as<event::TranscriptFinal>()) {
    words_heard_ += std::ssize(split_words(final->text));
  }
  const auto* interrupted = event.as<event::Interrupted>();
  if (interrupted == nullptr || interrupted->by_turn != story_.user_turn()) return;
  if (words_heard_ >= turn.interruption_words || interrupted->by_turn == 0) return;
  add("too few words don't interrupt",
      std::to_string(words_heard_) + " in turn " + std::to_string(interrupted->by_turn));
}

void Invariants::look(Duration now, Duration sound, FarEnd& far_end) {
  if (story_.closed()) return;
  if (closing_ >= Duration(0)) {
    if (now > closing_ + plan_.agent.limits.close_timeout) {
      findings_.add("a session closes within its deadline", "it has not", now);
    }
    return;
  }
  // At once, or when it is known what became of a back-channel.
  if (deaf_turn_ != 0 && deaf_turn_ == story_.user_turn() &&
      now > deaf_since_ + std::chrono::milliseconds(1100)) {
    findings_.add("a turn ends when its recogniser fails", "turn " + std::to_string(deaf_turn_),
                  now);
  }
  const Duration sign = std::max({story_.last_sign(), sound, far_end.last_played_at()});
  const bool user = story_.user_turn() != 0;
  look_for_filler(
      now, std::max({story_.last_word(), story_.tools_began(), sound, far_end.last_played_at()}));
  if (story_.replying() == 0 && !user && !story_.owes_reply()) return look_for_apology(now, sign);
  // A turn that only the host ends may take as long as it likes.
  if (story_.replying() == 0 && user && plan_.agent.turn.manual_end) return;
  const Duration quiet = now - sign;
  if (quiet < patience(plan_)) return;
  findings_.add("nobody waits without an end",
                std::to_string(to_ms(quiet)) + " ms without a sign, replying to turn " +
                    std::to_string(story_.replying()) + ", the user in turn " +
                    std::to_string(story_.user_turn()),
                now);
}

// Tools may take as long as they like, but not in silence. What is being said already may have to
// wait for all voices.
void Invariants::look_for_filler(Duration now, Duration word) {
  const ResilienceOptions& how = plan_.agent.resilience;
  if (!story_.tools_work() || how.filler.empty() || story_.held()) return;
  const TurnStory& turn = story_.turn(story_.replying());
  if (!turn.voice || turn.turned || story_.user_turn() != 0) return;
  const Duration limit = how.filler_after + speech_patience(with_chains(plan_)) + network(plan_) +
                         std::chrono::seconds(1);
  if (now - word < limit) return;
  findings_.add("tools leave nobody in silence", std::to_string(to_ms(now - word)) + " ms", now);
}

void Invariants::closing(Duration now, const FarEnd& far_end) {
  if (closing_ >= Duration(0) || story_.closed()) return;
  closing_ = now;
  settle_report(far_end);
}

void Invariants::finish(const std::vector<ContextEntry>& context,
                        const std::vector<Utterance>& utterances, FarEnd& far_end) {
  if (!story_.closed()) add("a session closes", "it has not");
  const std::vector<Played>& all = far_end.stretches();
  for (const auto& [id, turn] : story_.turns()) {
    std::vector<Played> stretches;
    std::ranges::copy_if(all, std::back_inserter(stretches),
                         [id = id](const Played& stretch) { return stretch.turn == id; });
    if (const auto text = remembered(context, id)) check_playback(id, turn, *text, stretches);
  }
  check_context(context);
  check_tool_results(story_, context, may_forget(context), findings_);
  check_replies(may_forget(context));
  check_user_words(utterances);
  check_told(utterances);
  check_providers();
}

}  // namespace voiceagent::sim
