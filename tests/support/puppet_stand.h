// A session rig whose recogniser, model or synthesiser is a puppet.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/puppet_providers.h"
#include "support/session_rig.h"

namespace voiceagent::test {

struct PuppetStand {
  std::shared_ptr<SttPuppet> stt = std::make_shared<SttPuppet>();
  std::shared_ptr<LlmPuppet> llm = std::make_shared<LlmPuppet>();
  std::shared_ptr<TtsPuppet> tts = std::make_shared<TtsPuppet>();
  AgentOptions agent = scripted_agent("good morning to you");
  std::unique_ptr<SessionRig> rig;

  PuppetStand& with_stt() { return agent.stt = {"puppet", {}, stt}, *this; }
  PuppetStand& with_llm() { return agent.llm = {"puppet", {}, llm}, *this; }
  PuppetStand& with_tts() { return agent.tts = {"puppet", {}, tts}, *this; }
  SessionRig& start() {
    rig = std::make_unique<SessionRig>(agent);
    return *rig;
  }
};

// Sound long enough for a turn, then silence until its end has been decided.
inline void speak(SessionRig& rig) {
  rig.say("hello there");
  rig.wait(420ms);
}

inline bool contains(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

// Another turn is answered in full.
inline void check_usable(SessionRig& rig, const std::string& reply = "good morning to you") {
  const int finished = rig.count("playback_finished");
  REQUIRE(rig.session->push_text("again").ok());
  REQUIRE(rig.settle());
  CHECK(rig.count("playback_finished") == finished + 1);
  CHECK(rig.session->context().back().text == reply);
}

}  // namespace voiceagent::test
