// A session rig whose model is a puppet, with tools that the test answers.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/puppet_stand.h"

namespace voiceagent::test {

// A tool that leaves its calls to the test.
struct ToolDesk {
  std::shared_ptr<std::vector<std::shared_ptr<ToolReply>>> calls =
      std::make_shared<std::vector<std::shared_ptr<ToolReply>>>();

  Tool tool(std::string name) const {
    Tool made;
    made.name = std::move(name);
    made.description = "for tests";
    made.handler = [calls = calls](std::shared_ptr<ToolReply> reply) {
      calls->push_back(std::move(reply));
    };
    return made;
  }
  ToolReply& call(std::size_t i = 0) const { return *calls->at(i); }
  void answer(std::string text, std::size_t i = 0) const { call(i).answer(std::move(text)); }
};

struct ToolStand : PuppetStand {
  ToolDesk desk;

  // The session has these tools, and the user has typed "hello".
  SessionRig& begin(std::vector<Tool> tools) {
    with_llm();
    agent.tools = std::move(tools);
    SessionRig& made = start();
    REQUIRE(made.session->push_text("hello").ok());
    made.run(0ms);
    return made;
  }
  SessionRig& begin() { return begin({desk.tool("book")}); }
};

}  // namespace voiceagent::test
