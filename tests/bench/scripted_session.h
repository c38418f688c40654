// A session with scripted providers in virtual time, for measuring the engine alone.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/engine.h"
#include "voiceagent/sim.h"
#include "voiceagent/voiceagent.h"

namespace voiceagent::bench {

class ScriptedSession {
 public:
  ScriptedSession(std::string reply, std::shared_ptr<VadProvider> vad,
                  std::size_t max_history_messages = LimitOptions().max_history_messages,
                  const ResilienceOptions& resilience = {})
      : time_(VirtualExecutor::create()) {
    AgentOptions options;
    options.stt = {"scripted", {}, sim::scripted_stt()};
    options.llm = {"scripted", {}, sim::scripted_llm(sim::fixed_reply(std::move(reply)))};
    options.tts = {"scripted", {}, sim::scripted_tts()};
    options.vad = {"given", {}, std::move(vad)};
    options.limits.max_history_messages = max_history_messages;
    options.resilience = resilience;
    EngineOptions engine;
    engine.executors = {time_};
    engine.workers = time_->workers();
    engine.logger = make_null_logger();
    engine.registry = std::make_shared<Registry>();
    agent_ = *(*make_engine(std::move(engine)))->make_agent(std::move(options));
    session_ = *agent_->open_session();
    time_->run_for(Duration(0));
  }
  ~ScriptedSession() {
    session_.reset();
    time_->run_for(Duration(5'000'000'000));
  }
  ScriptedSession(const ScriptedSession&) = delete;
  ScriptedSession& operator=(const ScriptedSession&) = delete;

  Session& get() { return *session_; }
  Agent& agent() { return *agent_; }
  VirtualExecutor& time() { return *time_; }

  void type(std::string_view text) {
    (void)session_->push_text(text);
    time_->run_for(Duration(0));
  }

  // One frame, in step with the clock.
  void push(AudioView frame) {
    time_->run_for(frame.duration());
    (void)session_->push_audio(frame);
  }

  void hear(const Pcm& audio) {
    const auto frame = static_cast<std::size_t>(audio.sample_rate / 50);
    for (std::span<const std::int16_t> rest = audio.samples; !rest.empty();) {
      const auto next = rest.first(std::min(frame, rest.size()));
      rest = rest.subspan(next.size());
      push({next, audio.sample_rate});
    }
  }

 private:
  std::shared_ptr<VirtualExecutor> time_;
  std::shared_ptr<Agent> agent_;
  std::shared_ptr<Session> session_;
};

}  // namespace voiceagent::bench
