// A caller and an agent in one room: what the agent says comes back into the microphone, at the
// moment at which it is played and only as long as it is. barge_in.py drives this program.
//
//   voiceagent_room CALLER.wav AGENT.toml OUT.wav [ECHO_DB [realtime]]
//
// CALLER.wav is what the caller's microphone hears apart from the agent (16 kHz); ECHO_DB the
// agent's level in it against the agent's level in the loudspeaker, or "none". OUT.wav gets what
// was played of the agent, from the session's opening on; standard output gets the events as JSON.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/voiceagent.h"

namespace va = voiceagent;

namespace {

constexpr int kRate = 16'000;
constexpr std::size_t kFrame = 320;       // 20 ms
constexpr std::size_t kEchoDelay = 960;   // 60 ms from the loudspeaker to the microphone
constexpr std::size_t kHearOut = 2 * 50;  // frames of silence behind the caller's file
constexpr va::Duration kFrameTime{20'000'000};

struct Plan {
  va::Pcm caller;
  float echo = 0;  // factor; 0: none
  std::string out;
};

// Lives on the session's executor.
class Room {
 public:
  Room(std::shared_ptr<va::Session> session, Plan plan)
      : session_(std::move(session)), plan_(std::move(plan)) {
    events_ = session_->events().subscribe_all([this](const va::AnyEvent& e) { log(e); });
    audio_ = session_->events().subscribe<va::event::AudioOut>(
        [this](const va::event::AudioOut& e, const va::EventEnvelope& envelope) {
          std::printf("{\"type\":\"audio_out\",\"t_ms\":%.3f}\n", va::to_ms(envelope.time));
          if (queue_.empty()) front_ = e.position;
          queue_.insert(queue_.end(), e.audio.samples.begin(), e.audio.samples.end());
        });
    flushed_ = session_->events().subscribe<va::event::OutputFlushed>(
        [this](const va::event::OutputFlushed&) { queue_.clear(); });
    opened_ = session_->events().subscribe<va::event::SessionOpened>(
        [this](const va::event::SessionOpened&) {
          begin_ = session_->executor().now();
          play();
        });
  }

  std::future<void> done() { return done_.get_future(); }

  va::Status finish() {
    va::Result<va::WavWriter> writer = va::WavWriter::create(plan_.out, kRate);
    if (!writer.ok()) return writer.status();
    const va::Status status = writer->write(played_);
    return status.ok() ? writer->finish() : status;
  }

 private:
  void log(const va::AnyEvent& event) {
    if (event.kind() == va::EventKind::kAudioIn || event.kind() == va::EventKind::kAudioOut) return;
    json_.clear();
    va::write_json(event, json_);
    std::printf("%s\n", std::string(json_.text()).c_str());
  }

  // Begins to play the next 20 ms, and hears what comes meanwhile at their end.
  void play() {
    const std::size_t count = std::min(kFrame, queue_.size());
    played_.insert(played_.end(), queue_.begin(),
                   queue_.begin() + static_cast<std::ptrdiff_t>(count));
    played_.resize((frame_ + 1) * kFrame);
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    front_ += static_cast<std::int64_t>(count);
    if (count > 0) played_to_ = front_;
    const va::Time due = begin_ + kFrameTime * static_cast<std::int64_t>(++frame_);
    session_->executor().post_after(due - session_->executor().now(), [this] { hear(); });
  }

  void hear() {
    session_->report_playback(played_to_);
    std::vector<std::int16_t> heard(kFrame);
    const std::size_t begin = (frame_ - 1) * kFrame;
    for (std::size_t i = 0; i < kFrame; ++i) {
      const std::size_t at = begin + i;
      float sample = at < plan_.caller.samples.size() ? plan_.caller.samples[at] : 0;
      if (at >= kEchoDelay) sample += plan_.echo * played_[at - kEchoDelay];
      heard[i] = static_cast<std::int16_t>(std::clamp(sample, -32768.0F, 32767.0F));
    }
    (void)session_->push_audio({heard, kRate});
    if (begin > plan_.caller.samples.size() + kHearOut * kFrame) {
      session_->close();
      done_.set_value();
      return;
    }
    play();
  }

  const std::shared_ptr<va::Session> session_;
  const Plan plan_;
  va::JsonWriter json_;
  va::Time begin_{};
  std::size_t frame_ = 0;           // the one being played is the last of `frame_`
  std::deque<std::int16_t> queue_;  // sent, not played
  std::vector<std::int16_t> played_;
  std::int64_t front_ = 0;  // of queue_, in the output stream
  std::int64_t played_to_ = 0;
  std::promise<void> done_;
  va::Subscription events_, audio_, flushed_, opened_;
};

using Ready = std::future<void>;

void wait(va::VirtualExecutor* time, const Ready& ready) {
  constexpr std::chrono::milliseconds kStep{100};
  while (ready.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    if (time != nullptr) {
      time->run_for(kStep);
    } else {
      ready.wait_for(kStep);
    }
  }
}

int fail(const va::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

va::Status converse(const std::string& config, Plan plan, bool real_time) {
  auto registry = std::make_shared<va::Registry>();
  va::register_builtin_providers(*registry);
  va::Result<va::AgentOptions> options = va::load_agent_config(config, *registry, {});
  if (!options.ok()) return options.status();
  const auto time = real_time ? nullptr : va::VirtualExecutor::create();
  const std::shared_ptr<va::Executor> executor = real_time ? va::make_thread_executor() : time;
  const std::shared_ptr<va::WorkerPool> workers =
      real_time ? va::make_worker_pool() : time->workers();
  const auto engine = va::Engine::create({{executor}, workers, nullptr, registry});
  if (!engine.ok()) return engine.status();
  const auto agent = (*engine)->make_agent(std::move(*options));
  if (!agent.ok()) return agent.status();

  std::unique_ptr<Room> room;
  va::Status status;
  const auto run = [&](auto task) {
    std::promise<void> done;
    const Ready ready = done.get_future();
    executor->post([&] {
      task();
      done.set_value();
    });
    wait(time.get(), ready);
  };
  Ready over;
  run([&] {
    va::Result<std::shared_ptr<va::Session>> session = (*agent)->open_session({}, executor);
    if (!session.ok()) {
      status = session.status();
      return;
    }
    room = std::make_unique<Room>(std::move(*session), std::move(plan));
    over = room->done();
  });
  if (!status.ok()) return status;
  wait(time.get(), over);
  run([&] {
    status = room->finish();
    room.reset();
  });
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 6) {
    std::fprintf(stderr, "usage: %s CALLER.wav AGENT.toml OUT.wav [ECHO_DB|none [realtime]]\n",
                 argv[0]);
    return 2;
  }
  Plan plan;
  va::Result<va::Pcm> caller = va::read_wav(argv[1]);
  if (!caller.ok()) return fail(caller.status());
  if (caller->sample_rate != kRate) {
    return fail(va::invalid_argument(std::string(argv[1]) + ": 16000 samples a second are needed"));
  }
  plan.caller = std::move(*caller);
  plan.out = argv[3];
  if (argc > 4 && std::strcmp(argv[4], "none") != 0) {
    plan.echo = std::pow(10.0F, std::strtof(argv[4], nullptr) / 20);
  }
  const va::Status status = converse(argv[2], std::move(plan), argc > 5);
  return status.ok() ? 0 : fail(status);
}
