// Tools on threads of their own, in real time: answers come from anywhere, at any time.
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/engine.h"
#include "support/catch.h"
#include "voiceagent/voiceagent.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

// What outlives engine, agent and sessions.
struct Outside {
  std::mutex mutex;
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<ToolReply>> kept;
  std::atomic<int> blocked{0};
};

Tool named(std::string name) {
  Tool tool;
  tool.name = std::move(name);
  tool.duplicates = ToolDuplicates::kAllow;
  return tool;
}

std::vector<Tool> tools_of(Outside& outside) {
  Tool blocks = named("blocks");
  blocks.handler = blocking_tool([&outside](ToolContext& call) -> Result<std::string> {
    ++outside.blocked;
    call.progress("begun");
    std::this_thread::yield();
    return call.cancelled() ? std::string("cancelled") : call.arguments().dump();
  });
  Tool elsewhere = named("elsewhere");
  elsewhere.handler = [&outside](const std::shared_ptr<ToolReply>& reply) {
    const std::lock_guard lock(outside.mutex);
    outside.threads.emplace_back([reply] {
      for (int i = 0; i < 50; ++i) reply->progress("still at it");
      reply->answer(std::string("first"));
      reply->answer(std::string("second"));
    });
  };
  Tool dropped = named("dropped");
  dropped.handler = [&outside](std::shared_ptr<ToolReply> reply) {
    const std::lock_guard lock(outside.mutex);
    outside.threads.emplace_back([reply = std::move(reply)]() mutable { reply.reset(); });
  };
  Tool kept = named("kept");
  kept.deadline = 50ms;
  kept.handler = [&outside](const std::shared_ptr<ToolReply>& reply) {
    const std::lock_guard lock(outside.mutex);
    outside.kept.push_back(reply);
  };
  return {blocks, elsewhere, dropped, kept};
}

std::vector<sim::LlmStep> calls_or_words(std::span<const Message> messages) {
  if (messages.back().role == Role::kTool) return {{Duration(0), "Done."}};
  std::vector<sim::LlmStep> steps;
  for (const char* tool : {"blocks", "elsewhere", "dropped", "kept"}) {
    steps.push_back({Duration(0), "", {"", tool, "{}"}});
  }
  return steps;
}

std::string states_of(const std::vector<ContextEntry>& context) {
  std::string all;
  for (const ContextEntry& entry : context) {
    if (entry.role == Role::kTool) all += std::string(to_string(entry.state)) + " ";
  }
  return all;
}

}  // namespace

TEST_CASE("tools: answers come from any thread, twice, never, and when everything has gone") {
  Outside outside;
  {
    EngineOptions options;
    options.executors = {make_thread_executor(), make_thread_executor()};
    options.logger = make_null_logger();
    options.registry = std::make_shared<Registry>();
    auto engine = make_engine(std::move(options));
    REQUIRE(engine.ok());
    AgentOptions agent;
    agent.mode = Mode::kTextToText;
    agent.stt = {};
    agent.tts = {};
    agent.vad = {};
    agent.llm = {"scripted", {}, sim::scripted_llm(calls_or_words)};
    agent.tools = tools_of(outside);
    auto made = (*engine)->make_agent(std::move(agent));
    REQUIRE(made.ok());
    std::vector<std::unique_ptr<Conversation>> talks;
    for (int i = 0; i < 6; ++i) talks.push_back(std::make_unique<Conversation>(*made));
    for (const auto& talk : talks) REQUIRE(talk->push_text("go").ok());
    for (std::size_t i = 0; i < talks.size(); ++i) {
      if (i % 3 == 2) {
        talks[i]->close();  // in the middle of it
        CHECK(talks[i]->wait_until_closed(10s));
        continue;
      }
      REQUIRE(talks[i]->wait_until_idle(10s));
      CHECK(states_of(talks[i]->context()) == "done done failed timed_out ");
      CHECK(talks[i]->context().back().text == "Done.");
    }
  }
  for (std::thread& thread : outside.threads) thread.join();
  CHECK(outside.blocked >= 4);
  REQUIRE(outside.kept.size() >= 4);
  for (const auto& reply : outside.kept) {
    reply->progress("is anybody there?");
    CHECK(reply->arguments().is_object());
    (void)reply->cancelled();
    reply->answer(std::string("too late"));
  }
}
