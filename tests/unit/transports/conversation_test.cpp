// The in-process conversation with threads of its own.
#include <atomic>
#include <thread>
#include <vector>

#include "core/engine.h"
#include "support/catch.h"
#include "voiceagent/voiceagent.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<Agent> scripted_agent(std::string reply) {
  EngineOptions engine;
  engine.logger = make_null_logger();
  engine.registry = std::make_shared<Registry>();
  AgentOptions options;
  options.stt.instance = sim::scripted_stt();
  options.llm.instance = sim::scripted_llm(sim::fixed_reply(std::move(reply)));
  options.tts.instance = sim::scripted_tts();
  options.vad.instance = sim::level_vad();
  return *(*make_engine(std::move(engine)))->make_agent(std::move(options));
}

}  // namespace

TEST_CASE("a conversation answers a typed line aloud, on a thread of its own") {
  Conversation talk(scripted_agent("yes"));
  std::atomic<int> frames{0};
  std::atomic<bool> finished{false};
  talk.on_audio([&frames](AudioView) { ++frames; });
  talk.on<event::PlaybackFinished>([&finished](const auto&) { finished = true; });
  REQUIRE(talk.push_text("hello").ok());
  REQUIRE(talk.wait_until_idle(60s));
  CHECK(finished);
  CHECK(frames > 0);
  const auto context = talk.context();
  REQUIRE(context.size() == 2);
  CHECK(context[1].text == "yes");
}

TEST_CASE("several threads may push at once") {
  Conversation talk(scripted_agent("yes"));
  std::atomic<std::size_t> samples{0};
  talk.on<event::AudioIn>(
      [&samples](const event::AudioIn& in) { samples += in.audio.samples.size(); });
  const Pcm frame = sim::silence(20ms);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) (void)talk.push_audio(frame.view());
    });
  }
  for (std::thread& thread : threads) thread.join();
  REQUIRE(talk.wait_until_idle(60s));
  CHECK(samples == 4 * 50 * frame.samples.size());
}

TEST_CASE("a conversation may be closed and questioned from inside its own handler") {
  Conversation talk(scripted_agent("a reply that goes on for a while"));
  std::atomic<bool> asked{false};
  talk.on<event::PlaybackStarted>([&](const auto&) {
    asked = !talk.context().empty();
    talk.close();
  });
  REQUIRE(talk.push_text("hello").ok());
  REQUIRE(talk.wait_until_closed(60s));
  CHECK(asked);
  CHECK(talk.push_text("again").code() == ErrorCode::kFailedPrecondition);
}

TEST_CASE("a conversation that never began ends at once") {
  const Conversation talk(scripted_agent("yes"));
  CHECK(!talk.id().empty());
}

TEST_CASE("audio that the session's thread has no time for is refused, not piled up") {
  const auto time = VirtualExecutor::create();  // nobody runs it
  Conversation talk(scripted_agent("yes"), {}, time);
  const Pcm second = sim::silence(1s);
  for (int i = 0; i < 5; ++i) REQUIRE(talk.push_audio(second.view()).ok());
  CHECK(talk.push_audio(second.view()).code() == ErrorCode::kResourceExhausted);
}
