#include "support/session_rig.h"

#include <stdexcept>

namespace voiceagent::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().to_string());
  return std::move(*result);
}

}  // namespace

AgentOptions scripted_agent(std::string reply) {
  AgentOptions agent;
  agent.stt = {"scripted", {}, sim::scripted_stt()};
  agent.llm = {"scripted", {}, sim::scripted_llm(sim::fixed_reply(std::move(reply), 10ms))};
  agent.tts = {"scripted", {}, sim::scripted_tts()};
  agent.vad = {"level", {}, sim::level_vad()};
  // What is said doesn't matter: a turn ends after 300 ms, and nothing is prepared before.
  agent.turn.endpointing_min = agent.turn.endpointing_max = 300ms;
  agent.turn.preemptive_replies = 0;
  agent.turn.interruption_speech = 400ms;
  // A provider that fails has failed.
  agent.resilience.retries = 0;
  agent.resilience.first_token = 15s;
  agent.resilience.first_audio = 10s;
  agent.resilience.apology.clear();
  return agent;
}

SessionRig::SessionRig(AgentOptions agent, SessionOptions session_options,
                       sim::FarEndOptions far_end_options, SessionRecorder* recorder,
                       RigSetup setup)
    : time(VirtualExecutor::create()) {
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::move(setup.registry);
  agent_ = must(must(make_engine(std::move(options)))->make_agent(std::move(agent)));
  session = must(recorder != nullptr ? recorder->open_session(*agent_, std::move(session_options))
                                     : agent_->open_session(std::move(session_options)));
  far_end = std::make_unique<sim::FarEnd>(*session, far_end_options);
  subscription_ = session->events().subscribe_all([this](const AnyEvent& event) { see(event); });
  if (setup.unopened) setup.unopened(*this);
  time->run_for(0ms);
}

SessionRig::~SessionRig() {
  far_end.reset();
  subscription_.reset();
  session.reset();
  time->run_for(10s);
}

void SessionRig::see(const AnyEvent& event) {
  if (event.kind() == EventKind::kAudioIn) return;
  if (event.kind() == EventKind::kAudioOut) {
    ++frames_out;
    last_frame = now();
    return;
  }
  JsonWriter writer;
  write_json(event, writer);
  lines.emplace_back(writer.text());
  event.visit([this](const auto& e) {
    Seen& seen = seen_[std::string(std::remove_cvref_t<decltype(e)>::kName)];
    ++seen.count;
    seen.last = now();
    seen.json = lines.back();
  });
}

void SessionRig::hear(const Pcm& audio) {
  const auto frame = static_cast<std::size_t>(audio.sample_rate / 50);
  for (std::span<const std::int16_t> rest = audio.samples; !rest.empty();) {
    const auto next = rest.first(std::min(frame, rest.size()));
    rest = rest.subspan(next.size());
    time->run_for(AudioView{next, audio.sample_rate}.duration());
    if (session != nullptr && !session->closed())
      (void)session->push_audio({next, audio.sample_rate});
    time->run_for(0ms);
  }
}

void SessionRig::noise(Duration length) {
  Pcm pcm = sim::silence(length);
  for (std::size_t i = 0; i < pcm.samples.size(); ++i) {
    pcm.samples[i] = i % 2 == 0 ? std::int16_t{20'000} : std::int16_t{-20'000};
  }
  hear(pcm);
}

bool SessionRig::settle(Duration limit) {
  for (const Duration end = now() + limit; now() < end;) {
    wait(20ms);
    if (session->idle() || session->closed()) return true;
  }
  return false;
}

std::string SessionRig::dialogue() const {
  std::string all;
  for (const ContextEntry& entry : session->context()) {
    if (!all.empty()) all += " | ";
    all += std::string(to_string(entry.role)) + ": " + entry.text;
    if (entry.interrupted) all += '-';
  }
  return all;
}

int SessionRig::count(std::string_view type) const {
  const auto it = seen_.find(type);
  return it == seen_.end() ? 0 : it->second.count;
}

Duration SessionRig::when(std::string_view type) const {
  const auto it = seen_.find(type);
  return it == seen_.end() ? Duration(-1) : it->second.last;
}

std::string SessionRig::json(std::string_view type) const {
  const auto it = seen_.find(type);
  return it == seen_.end() ? std::string() : it->second.json;
}

}  // namespace voiceagent::test
