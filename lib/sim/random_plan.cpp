#include "sim/random_plan.h"

#include <algorithm>
#include <array>

#include "sim/random_tools.h"

namespace voiceagent::sim {
namespace {

Duration ms(int milliseconds) { return std::chrono::milliseconds(milliseconds); }

// From `least` to about `least` + `most`, mostly short.
Latency draw_latency(Chance& chance, int least, int most) {
  Latency latency(ms(least + chance.between(0, most / 4)));
  if (chance.yes(0.5)) latency.jitter = ms(chance.between(0, most));
  return latency;
}

// Each fault is possible in some of the runs.
Faults draw_faults(Chance& chance) {
  Faults faults;
  const auto maybe = [&](double& fault, double most) {
    if (chance.yes(0.2)) fault = most * chance.unit();
  };
  maybe(faults.refused_start, 0.4);
  maybe(faults.error, 0.4);
  maybe(faults.disconnect, 0.4);
  maybe(faults.stall, 0.4);
  maybe(faults.late_close, 1.0);
  maybe(faults.duplicate, 0.5);
  maybe(faults.out_of_order, 0.2);
  maybe(faults.invalid_utf8, 0.2);
  maybe(faults.odd_audio, 1.0);
  return faults;
}

SttScript draw_stt(Chance& chance, bool faults) {
  SttScript stt;
  stt.seed = chance.next();
  stt.partial_interval = chance.yes(0.15) ? Duration(0) : ms(chance.between(60, 400));
  stt.final_delay = draw_latency(chance, 0, 200);
  stt.partial_delay = draw_latency(chance, 0, 200);
  stt.word_times = !chance.yes(0.3);
  if (chance.yes(0.2)) stt.unasked_finals = chance.unit();
  if (chance.yes(0.2)) stt.turn_signal = ms(chance.between(200, 1200));
  if (!faults) return stt;
  if (chance.yes(0.3)) stt.word_errors = 0.5 * chance.unit();
  if (chance.yes(0.1)) stt.final_delay.tail = ms(3000), stt.final_delay.tail_share = 0.3;
  stt.faults = draw_faults(chance);
  return stt;
}

LlmDelivery draw_llm(Chance& chance, bool faults) {
  LlmDelivery llm;
  llm.seed = chance.next();
  llm.first_token = draw_latency(chance, 0, 800);
  llm.per_step = draw_latency(chance, 0, 120);
  llm.streaming = !chance.yes(0.2);
  if (!faults) return llm;
  if (chance.yes(0.1)) llm.per_step.tail = ms(6000), llm.per_step.tail_share = 0.05;
  llm.faults = draw_faults(chance);
  return llm;
}

TtsScript draw_tts(Chance& chance, bool faults) {
  TtsScript tts;
  tts.seed = chance.next();
  tts.numbered = true;
  tts.first_audio = draw_latency(chance, 0, 400);
  constexpr std::array kRates{8'000, 16'000, 16'000, 16'000, 24'000, 48'000};
  tts.sample_rate = kRates[chance.below(chance.yes(0.3) ? kRates.size() : 4)];
  tts.word_timings = !chance.yes(0.3);
  tts.chunk = ms(chance.between(5, 200));
  if (chance.yes(0.4)) tts.speed = chance.yes(0.2) ? 0.6 : 1.5 + 10 * chance.unit();
  if (!faults) return tts;
  if (chance.yes(0.1)) tts.first_audio.tail = ms(6000), tts.first_audio.tail_share = 0.2;
  tts.faults = draw_faults(chance);
  return tts;
}

FarEndOptions draw_far_end(Chance& chance) {
  FarEndOptions far_end;
  far_end.seed = chance.next();
  if (chance.yes(0.5)) {
    far_end.delay = ms(chance.between(1, 150));
    if (chance.yes(0.5)) far_end.delay.jitter = ms(chance.between(1, 60));
  }
  if (chance.yes(0.3)) far_end.buffer = ms(chance.between(10, 120));
  far_end.report_interval = ms(chance.yes(0.6) ? 20 : chance.between(10, 200));
  if (chance.yes(0.2)) far_end.reports = false;
  if (chance.yes(0.7)) return far_end;
  if (chance.yes(0.5)) far_end.lost_frames = 0.1 * chance.unit();
  if (chance.yes(0.5)) far_end.lost_reports = 0.9 * chance.unit();
  if (chance.yes(0.5)) far_end.stale_reports = 0.5 * chance.unit();
  if (chance.yes(0.5)) far_end.report_delay = Latency(Duration(0), ms(chance.between(1, 300)));
  return far_end;
}

Death draw_death(Chance& chance) {
  Death death;
  if (chance.yes(0.6)) return death;
  death.how = static_cast<Death::How>(chance.between(1, 5));
  constexpr std::array kCodes{ErrorCode::kUnavailable, ErrorCode::kTimeout,  ErrorCode::kAuth,
                              ErrorCode::kRateLimited, ErrorCode::kProtocol, ErrorCode::kQuota};
  death.code = kCodes[chance.below(kCodes.size())];
  death.after_words = chance.between(0, 6);
  death.after_audio = ms(chance.between(0, 2500));
  death.streams = chance.yes(0.5) ? chance.between(1, 4) : 1'000'000;
  return death;
}

// Who is tried when a provider fails, and how.
void draw_chain(Chance& chance, RandomPlan& plan) {
  plan.chain = true;
  ResilienceOptions& how = plan.agent.resilience;
  how.retries = chance.between(0, 2);
  how.backoff = ms(chance.between(0, 300));
  how.backoff_max = ms(chance.between(100, 600));
  how.transcript = ms(chance.between(100, 600));
  how.token_stall = ms(chance.between(300, 3000));
  how.audio_stall = ms(chance.between(300, 3000));
  how.hedging = chance.yes(0.3);
  how.breaker_failures = chance.between(1, 5);
  how.breaker_open = ms(chance.between(500, 20'000));
  how.breaker_refused = ms(chance.between(1'000, 60'000));
  if (chance.yes(0.5)) how.apology = "Sorry, that went wrong.";
  how.after_failure = static_cast<AfterFailure>(chance.below(3));
  plan.stt.death = draw_death(chance);
  plan.llm.death = draw_death(chance);
  plan.tts.death = draw_death(chance);
  for (int i = chance.between(0, 2); i > 0; --i) {
    plan.stt_fallbacks.push_back(draw_stt(chance, chance.yes(0.5)));
    plan.stt_fallbacks.back().death = draw_death(chance);
  }
  for (int i = chance.between(0, 2); i > 0; --i) {
    plan.llm_fallbacks.push_back(draw_llm(chance, chance.yes(0.5)));
    plan.llm_fallbacks.back().death = draw_death(chance);
  }
  for (int i = chance.between(0, 2); i > 0; --i) {
    TtsScript voice = draw_tts(chance, chance.yes(0.5));
    voice.sample_rate = plan.tts.sample_rate;  // else nobody could say what was heard
    voice.death = draw_death(chance);
    plan.tts_fallbacks.push_back(voice);
  }
}

Microphone draw_microphone(Chance& chance) {
  Microphone microphone;
  constexpr std::array<std::size_t, 5> kChunks{160, 480, 1000, 441, 1600};
  if (chance.yes(0.3)) microphone.chunk = kChunks[chance.below(kChunks.size())];
  microphone.continuous = chance.yes(0.25);
  microphone.hangover = ms(chance.between(100, 1500));
  return microphone;
}

Hook draw_hook(Chance& chance) {
  std::vector<EventKind> kinds;
  for_each_event_type([&]<class E>(E*) { kinds.push_back(E::kKind); });
  Hook hook;
  hook.kind = kinds[chance.below(kinds.size())];
  hook.nth = chance.between(1, chance.yes(0.5) ? 3 : 40);
  hook.command = chance.yes(0.25) ? HostCommand::kClose
                                  : static_cast<HostCommand>(chance.between(1, kHostCommands - 1));
  return hook;
}

std::string describe(std::string_view whose, const Faults& faults) {
  std::string text;
  const auto add = [&](std::string_view name, double share) {
    if (share <= 0) return;
    text += (text.empty() ? "; " + std::string(whose) + ":" : std::string(",")) + ' ';
    text += std::to_string(static_cast<int>(100 * share)) + "% " + std::string(name);
  };
  add("refused starts", faults.refused_start);
  add("errors", faults.error);
  add("disconnects", faults.disconnect);
  add("stalls", faults.stall);
  add("late closes", faults.late_close);
  add("duplicates", faults.duplicate);
  add("out of order", faults.out_of_order);
  add("bad UTF-8", faults.invalid_utf8);
  add("odd audio", faults.odd_audio);
  return text;
}

}  // namespace

std::string_view to_string(HostCommand command) {
  switch (command) {
    case HostCommand::kClose: return "close";
    case HostCommand::kInterrupt: return "interrupt";
    case HostCommand::kCommit: return "commit_turn";
    case HostCommand::kType: return "push_text";
    case HostCommand::kSetMode: return "set_mode";
    case HostCommand::kPushAudio: return "push_audio";
    case HostCommand::kReport: return "report_playback";
    case HostCommand::kSay: return "say";
    case HostCommand::kPressKeys: return "push_dtmf";
  }
  return {};
}

RandomPlan draw_plan(std::uint64_t seed, const RandomOptions& options) {
  Chance chance(seed, 1);
  RandomPlan plan;
  plan.seed = seed;
  plan.faults = chance.yes(0.6);
  draw_agent(chance, plan.agent);
  plan.stt = draw_stt(chance, plan.faults);
  plan.llm = draw_llm(chance, plan.faults);
  plan.tts = draw_tts(chance, plan.faults);
  plan.far_end = draw_far_end(chance);
  Chance tools(seed, 3);
  plan.tools = draw_tools(tools, plan.faults);
  // What tools say is long: it is forgotten early, or never.
  std::size_t& tokens = plan.agent.limits.max_history_tokens;
  if (!plan.tools.empty() && tokens >= 1000) tokens = 100'000'000;
  // Of a history that is never full nothing is summarised.
  Chance filler(seed, 8);
  if (filler.yes(0.7)) plan.agent.resilience.filler = "one moment.";
  plan.agent.resilience.filler_after = ms(filler.between(500, 4000));
  Chance summaries(seed, 6);
  const bool small = tokens <= 100 || plan.agent.limits.max_history_messages <= 8;
  plan.agent.summarise_history = small && summaries.yes(0.5);
  plan.microphone = draw_microphone(chance);
  plan.session.id = "random";
  plan.session.reports_playback = plan.far_end.reports;
  if (!plan.far_end.reports) {
    plan.session.playout_delay = plan.far_end.delay.base + plan.far_end.buffer;
  }
  plan.reply_words = chance.between(2, chance.yes(0.2) ? 40 : 16);
  if (chance.yes(0.3)) {
    for (int i = chance.between(1, 3); i > 0; --i) plan.hooks.push_back(draw_hook(chance));
  }
  Chance chain(seed, 4);
  if (plan.faults && chain.yes(0.4)) draw_chain(chain, plan);
  Chance silent(seed, 7);
  if (plan.faults && !plan.chain && silent.yes(0.1)) {
    plan.tts.death = {.how = Death::How::kEmpty, .streams = silent.between(1, 4)};
  }
  plan.listens = plan.hooks.empty() && hears_all(plan.agent);
  plan.hears_all = plan.listens && !plan.faults;
  plan.length = chance.between(options.length / 2, options.length * 3 / 2);
  // So many replies that it is known how long they take: then the slow ones are asked for twice.
  if (plan.agent.resilience.hedging && chain.yes(0.3)) plan.length *= 6;
  return plan;
}

std::string describe(const RandomPlan& plan) {
  const auto time = [](Duration d) { return std::to_string(d / std::chrono::milliseconds(1)); };
  const FarEndOptions& far = plan.far_end;
  std::string text = "seed " + std::to_string(plan.seed);
  text += plan.faults ? ", providers may fail" : ", sound providers";
  text += "; network " + time(far.delay.base) + "+" + time(far.delay.jitter) +
          " ms, player buffer " + time(far.buffer) + " ms, " +
          (far.reports ? "reports every " : "no reports, else every ") + time(far.report_interval) +
          " ms";
  text += "; tts " + std::to_string(plan.tts.sample_rate) + " Hz" +
          (plan.tts.word_timings ? "" : ", no word timings");
  text += "; microphone " + std::to_string(plan.microphone.chunk) + " samples" +
          (plan.microphone.continuous ? ", always on" : "");
  const TurnOptions& turn = plan.agent.turn;
  text += "; interruption " + std::string(to_string(turn.interruption)) + ", typed text " +
          std::string(to_string(turn.typed_text)) + ", " + std::to_string(turn.preemptive_replies) +
          " preemptive replies" + (turn.manual_end ? ", manual end" : "");
  text += plan.agent.summarise_history ? "; history is summarised" : "";
  text += describe("stt", plan.stt.faults) + describe("llm", plan.llm.faults) +
          describe("tts", plan.tts.faults);
  for (const ToolScript& script : plan.tools) {
    text += "; tool " + script.tool.name + " way " + std::to_string(static_cast<int>(script.way)) +
            ", deadline " + time(script.tool.deadline) + " ms, " +
            std::string(to_string(script.tool.interruption)) + ", " +
            std::string(to_string(script.tool.duplicates)) + ", effect " +
            std::string(to_string(script.tool.effect));
  }
  if (plan.chain) {
    text += "; chains of " + std::to_string(1 + plan.stt_fallbacks.size()) + ", " +
            std::to_string(1 + plan.llm_fallbacks.size()) + " and " +
            std::to_string(1 + plan.tts_fallbacks.size()) + ", " +
            std::to_string(plan.agent.resilience.retries) + " retries";
  }
  for (const Hook& hook : plan.hooks) {
    text += "; at event " + std::to_string(hook.nth) + " of kind " +
            std::to_string(static_cast<int>(hook.kind)) + ": " +
            std::string(to_string(hook.command));
  }
  return text;
}

}  // namespace voiceagent::sim
