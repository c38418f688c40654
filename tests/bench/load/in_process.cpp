#include "bench/load/in_process.h"

#include <cstdint>
#include <ctime>
#include <future>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "bench/scripted_agent.h"
#include "bench/voice.h"
#include "net/loop.h"
#include "voiceagent/engine.h"
#include "voiceagent/registry.h"

namespace voiceagent::bench {

namespace {

constexpr Duration kFrame{20'000'000};

// On the session's executor.
class Conversation {
 public:
  Conversation(std::shared_ptr<Session> session, std::size_t wait, Samples& responses)
      : session_(std::move(session)), wait_(wait), responses_(responses) {
    audio_ = session_->events().subscribe<event::AudioOut>(
        [this](const event::AudioOut&, const EventEnvelope&) {
          if (speech_end_ == Time()) return;
          responses_.add(to_ms(session_->executor().now() - speech_end_));
          speech_end_ = Time();
        });
  }

  void push_frame() {
    if (wait_ > 0) {
      --wait_;
      return;
    }
    const std::size_t size = frame_of(script_.sample_rate);
    (void)session_->push_audio(
        {std::span(script_.samples).subspan(at_, size), script_.sample_rate});
    at_ += size;
    if (at_ >= speech_ && at_ < speech_ + size) speech_end_ = session_->executor().now();
    if (at_ + size > script_.samples.size()) at_ = 0;
  }

 private:
  const std::shared_ptr<Session> session_;
  Subscription audio_;
  const Pcm script_ = caller_audio();
  const std::size_t speech_ = sim::speak(kQuestion).samples.size();
  std::size_t wait_;
  std::size_t at_ = 0;
  Time speech_end_;
  Samples& responses_;
};

// Pushes frames until it is time to end.
struct Hall {
  std::shared_ptr<net::Loop> loop;
  std::vector<std::unique_ptr<Conversation>> conversations;
  Time next;
  Time end;
  std::promise<void> done;

  void tick() {
    const Time now = loop->now();
    if (now >= end) {
      conversations.clear();
      return done.set_value();
    }
    for (; next <= now; next += kFrame) {
      for (const auto& conversation : conversations) conversation->push_frame();
    }
    loop->post_after(next - now, [this] { tick(); });
  }
};

}  // namespace

Samples engine_responses(std::size_t sessions, double seconds) {
  Samples responses;
  Hall hall;
  hall.loop = must(net::Loop::create("engine"));
  EngineOptions options;
  options.executors = {hall.loop};
  options.logger = make_null_logger();
  const auto agent = must(must(Engine::create(std::move(options)))->make_agent(scripted_agent()));
  const auto frames = static_cast<std::size_t>(kCycle / kFrame);
  hall.loop->post([&] {
    for (std::size_t i = 0; i < sessions; ++i) {
      hall.conversations.push_back(std::make_unique<Conversation>(
          must(agent->open_session()), i * frames / sessions, responses));
    }
    hall.next = hall.loop->now();
    hall.end = hall.next + Duration(static_cast<std::int64_t>(seconds * 1e9));
    hall.tick();
  });
  hall.done.get_future().wait();
  return responses;
}

double detector_cost(std::size_t sessions) {
  Registry registry;
  register_builtin_providers(registry);
  const auto provider = must(registry.make_vad(AgentOptions().vad.name, {}, {}));
  std::vector<std::unique_ptr<VadStream>> detectors;
  for (std::size_t i = 0; i < sessions; ++i) detectors.push_back(must(provider->start({})));
  const Pcm audio = caller_audio();
  const std::size_t size = provider->format().frame_samples;
  std::uint64_t samples = 0;
  float heard = 0;
  std::clock_t spent = 0;  // of the processor, not of the clock on the wall
  const std::clock_t begin = std::clock();
  for (std::size_t at = 0; spent < 2 * CLOCKS_PER_SEC; at += size) {
    if (at + size > audio.samples.size()) at = 0;
    for (const auto& detector : detectors) {
      heard += detector->process(std::span(audio.samples).subspan(at, size));
    }
    spent = std::clock() - begin;
    samples += size * sessions;
  }
  if (heard == 0) return 0;  // it took no speech for speech: nothing that could be compared
  const double frames = static_cast<double>(samples) / static_cast<double>(audio.sample_rate) * 50;
  return static_cast<double>(spent) * 1e6 / CLOCKS_PER_SEC / frames;
}

}  // namespace voiceagent::bench
