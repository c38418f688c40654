// A connection of the JSON protocol to dialogues of scripted providers, in virtual time.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "support/fake_connection.h"
#include "transports/websocket/handlers.h"
#include "unit/transports/dialogue/dialogue_rig.h"

namespace voiceagent::test {

class JsonRig {
 public:
  explicit JsonRig(AgentOptions agent = echo_agent(), transports::DialogueOptions options = {},
                   VirtualTimeOptions time_options = {})
      : time(VirtualExecutor::create(time_options)),
        loop(std::make_shared<VirtualLoop>(time)),
        host(std::make_shared<FakeHost>(time, std::move(agent))) {
    auto made = host->engine().make_agent(utterance_agent_options(host->agent(), options));
    if (!made.ok()) throw std::runtime_error(made.status().to_string());
    host->dialogue_service = transports::Dialogues::create(*host, std::move(*made), options);
  }
  ~JsonRig() {
    connections_.clear();
    run(1s);
    host->dialogue_service->close();
    run(10s);
  }
  FakeConnection& connect() {
    connections_.push_back(std::make_unique<FakeConnection>(
        loop, transports::make_json_handler(host, {"json", "by its path", ""})));
    run(0ms);
    return *connections_.back();
  }
  void run(Duration span) { time->run_for(span); }

  std::shared_ptr<VirtualExecutor> time;
  std::shared_ptr<VirtualLoop> loop;
  std::shared_ptr<FakeHost> host;

 private:
  std::vector<std::unique_ptr<FakeConnection>> connections_;
};

inline std::string audio(const Pcm& pcm, const std::string& more = {}) {
  std::string text = R"({"type":"audio","audio_data":")";
  base64_encode(std::as_bytes(std::span(pcm.samples)), text);
  return text + "\"" + more + "}";
}

inline std::string text(const std::string& line, const std::string& more = {}) {
  return R"({"type":"text","text":")" + line + "\"" + more + "}";
}

}  // namespace voiceagent::test
