// Dialogues over sessions of scripted providers, in virtual time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_host.h"
#include "support/session_rig.h"
#include "transports/dialogue/dialogues.h"
#include "voiceagent/sim.h"

namespace voiceagent::test {

// An agent that says back what it is told, after `delay`.
inline AgentOptions echo_agent(Duration delay = 10ms) {
  AgentOptions agent = scripted_agent("");
  agent.llm.instance = sim::scripted_llm([delay](std::span<const Message> messages) {
    return std::vector<sim::LlmStep>{{delay, "You said "},
                                     {delay, std::string(messages.back().text) + "."}};
  });
  return agent;
}

inline Pcm joined(std::vector<Pcm> parts) {
  Pcm all = std::move(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    all.samples.insert(all.samples.end(), parts[i].samples.begin(), parts[i].samples.end());
  }
  return all;
}

class DialogueRig {
 public:
  explicit DialogueRig(AgentOptions agent = echo_agent(), transports::DialogueOptions options = {})
      : time(VirtualExecutor::create()), host(time, std::move(agent)) {
    auto made = host.engine().make_agent(utterance_agent_options(host.agent(), options));
    if (!made.ok()) throw std::runtime_error(made.status().to_string());
    host.dialogue_service = transports::Dialogues::create(host, std::move(*made), options);
  }
  ~DialogueRig() {
    host.dialogue_service->close();
    run(10s);
  }

  struct Answer {
    bool came = false;
    Duration at{0};
    transports::DialogueAnswer answer;
    std::string deltas;  // with '|' between
  };
  using AnswerPtr = std::shared_ptr<Answer>;

  transports::DialogueRequest request(std::string id, const AnswerPtr& into,
                                      std::string who = "alice") {
    transports::DialogueRequest request;
    request.principal.id = std::move(who);
    request.session_id = std::move(id);
    request.executor = time;
    request.on_answer = [this, into](transports::DialogueAnswer answer) {
      into->came = true;
      into->at = time->now().time_since_epoch();
      into->answer = std::move(answer);
    };
    return request;
  }
  AnswerPtr ask(std::string id, std::string text, std::string who = "alice") {
    auto into = std::make_shared<Answer>();
    transports::DialogueRequest r = request(std::move(id), into, std::move(who));
    r.text = std::move(text);
    take(host.dialogues().ask(std::move(r)));
    return into;
  }
  AnswerPtr hear(std::string id, Pcm utterance) {
    auto into = std::make_shared<Answer>();
    transports::DialogueRequest r = request(std::move(id), into);
    r.utterance = std::make_unique<Pcm>(std::move(utterance));
    take(host.dialogues().ask(std::move(r)));
    return into;
  }
  void run(Duration span) { time->run_for(span); }

  std::shared_ptr<VirtualExecutor> time;
  FakeHost host;
  // Of the latest request: why it was refused, or itself.
  Status refusal;
  std::optional<transports::AskedDialogue> asked;

 private:
  void take(Result<transports::AskedDialogue> result) {
    refusal = result.status();
    asked.reset();
    if (result.ok()) asked = *result;
  }
};

}  // namespace voiceagent::test
