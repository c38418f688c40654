// Sessions in real time: providers call from threads of their own.
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "support/catch.h"
#include "support/temp_dir.h"
#include "voiceagent/session_recorder.h"
#include "voiceagent/voiceagent.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

// Blocking functions, each on a worker: transcripts, replies and speech come from other threads.
AgentOptions blocking_agent() {
  AgentOptions agent;
  agent.stt = {"function", {}, stt_from_function([](AudioView) {
                 return Result<OwnedTranscript>(OwnedTranscript{"some words", 0.9F});
               })};
  agent.llm = {
      "function", {}, llm_from_function([](std::span<const Message>, const EmitText& emit) {
        for (int i = 0; i < 20 && emit("and more, "); ++i) {
        }
        return Status();
      })};
  agent.tts = {"function", {}, tts_from_function([](std::string_view text) {
                 return Result<Pcm>(sim::speak(text.substr(0, 2)));
               })};
  agent.vad = {"level", {}, sim::level_vad()};
  return agent;
}

void push_silence_and_sound(Conversation& conversation) {
  for (int i = 0; i < 40; ++i) {
    const Pcm audio = i < 15 ? sim::speak("x") : sim::silence(20ms);
    (void)conversation.push_audio(audio.view());
  }
}

}  // namespace

TEST_CASE("sessions in real time, several at once, replay as they were") {
  const test::TempDir folder;
  auto engine = Engine::create({{make_thread_executor(), make_thread_executor()},
                                make_worker_pool(3),
                                make_null_logger(),
                                std::make_shared<Registry>()});
  REQUIRE(engine.ok());
  auto agent = (*engine)->make_agent(blocking_agent());
  REQUIRE(agent.ok());
  constexpr int kSessions = 4;
  std::atomic<int> left{kSessions};
  std::promise<void> all_written;
  const auto recording =
      record_sessions(*agent, folder.path(""), [&](const std::string&, const Status& status) {
        if (status.ok() && --left == 0) all_written.set_value();
      });
  {
    std::vector<std::unique_ptr<Conversation>> conversations;
    for (int i = 0; i < kSessions; ++i) {
      SessionOptions options;
      options.id = "s" + std::to_string(i);
      conversations.push_back(std::make_unique<Conversation>(recording, options));
      conversations.back()->start();
    }
    for (auto& conversation : conversations) {
      push_silence_and_sound(*conversation);
      (void)conversation->push_text("hello");
    }
    for (auto& conversation : conversations) CHECK(conversation->wait_until_idle(60s));
    for (auto& conversation : conversations) {
      conversation->interrupt();
      conversation->close();
    }
    for (auto& conversation : conversations) CHECK(conversation->wait_until_closed(60s));
  }
  REQUIRE(all_written.get_future().wait_for(120s) == std::future_status::ready);
  for (int i = 0; i < kSessions; ++i) {
    const auto report = replay_session(folder.path("s" + std::to_string(i) + ".vaz"));
    INFO(report.status().message());
    REQUIRE(report.ok());
    if (report->difference) {
      INFO("expected " << report->difference->expected);
      INFO("seen     " << report->difference->seen);
      FAIL("session " << i << " differs");
    }
    CHECK(report->events > 20);
  }
}
