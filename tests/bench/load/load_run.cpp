#include "bench/load/load_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>
#include <utility>

#include "bench/scripted_agent.h"

namespace voiceagent::bench {

namespace {

using std::chrono::milliseconds;

constexpr Duration kFrame{20'000'000};
constexpr std::size_t kConnectAtOnce = 4;  // in a millisecond
constexpr int kMemorySamples = 20;
constexpr Duration kTooLate{1'000'000'000};

Duration seconds(double count) { return Duration(static_cast<std::int64_t>(count * 1e9)); }

LoadScript make_script() {
  LoadScript script;
  const Pcm audio = caller_audio();
  const auto frame = static_cast<std::size_t>(duration_to_samples(kFrame, audio.sample_rate));
  for (std::span<const std::int16_t> rest = audio.samples; rest.size() >= frame;) {
    const auto bytes = std::as_bytes(rest.first(frame));  // little-endian, as s16le is
    script.frames.emplace_back(bytes.begin(), bytes.end());
    rest = rest.subspan(frame);
  }
  const std::size_t speech = sim::speak(kQuestion, audio.sample_rate).samples.size();
  script.speech_frames = (speech + frame - 1) / frame;
  return script;
}

// A caller outlives its connection.
class Line final : public net::WebSocketHandler {
 public:
  explicit Line(std::shared_ptr<Caller> caller) : caller_(std::move(caller)) {}
  void opened(std::shared_ptr<net::WebSocket> socket) override {
    caller_->opened(std::move(socket));
  }
  void text(std::span<char> message) override { caller_->text(message); }
  void binary(std::span<const std::byte> message) override { caller_->binary(message); }
  void closed(int code, std::string_view reason) override { caller_->closed(code, reason); }

 private:
  std::shared_ptr<Caller> caller_;
};

}  // namespace

LoadRun::LoadRun(std::shared_ptr<net::Loop> loop, LoadOptions options)
    : loop_(std::move(loop)),
      options_(std::move(options)),
      frame_time_(seconds(to_ms(kFrame) / 1e3 / options_.speed)),
      script_(make_script()) {}

std::future<LoadReport> LoadRun::start() {
  report_.resident_before_kb = process_usage(options_.server_pid).resident_kb;
  loop_->post([this] {
    seats_.reserve(options_.sessions);
    connect_more();
  });
  return done_.get_future();
}

void LoadRun::connect_more() {
  for (std::size_t i = 0; i < kConnectAtOnce && seats_.size() < options_.sessions; ++i) {
    // Spread over the cycle, so that not all speak at once.
    const std::size_t wait = seats_.size() * script_.frames.size() / options_.sessions;
    Seat seat;
    seat.caller = std::make_shared<Caller>(options_.mode, script_, wait, report_.results);
    net::WebSocketClientOptions client;
    client.url = options_.url;
    client.connect_timeout = std::chrono::seconds(30);
    seat.attempt =
        net::connect_web_socket(loop_, std::move(client), std::make_unique<Line>(seat.caller));
    seats_.push_back(std::move(seat));
  }
  const auto ready = [](const Seat& seat) { return seat.caller->ready(); };
  if (report_.results.problems > 0) return end();
  if (seats_.size() < options_.sessions || !std::all_of(seats_.begin(), seats_.end(), ready)) {
    loop_->post_after(milliseconds(1), [this] { connect_more(); });
    return;
  }
  began_ = loop_->now();
  loop_->post_after(seconds(options_.warm_up), [this] { begin_measuring(); });
  tick();
}

void LoadRun::tick() {
  send_due(loop_->now());
  if (!ended_) loop_->post_after(milliseconds(1), [this] { tick(); });
}

// The callers' frames are spread evenly over the 20 ms.
void LoadRun::send_due(Time now) {
  const auto count = static_cast<std::uint64_t>(seats_.size());
  const auto due_at = [&](std::uint64_t n) {
    return began_ + frame_time_ * static_cast<std::int64_t>(n / count) +
           frame_time_ * static_cast<std::int64_t>(n % count) / static_cast<std::int64_t>(count);
  };
  if (report_.results.measuring)
    report_.late_ms = std::max(report_.late_ms, to_ms(now - due_at(due_)));
  if (now - due_at(due_) > kTooLate) {
    std::fprintf(stderr, "load: the generator can't keep up with %zu sessions\n", seats_.size());
    return end();
  }
  // Not all that is late at once: the callers have to hear, too.
  for (std::uint64_t n = 0; n < count && due_at(due_) <= now; ++n, ++due_) {
    seats_[due_ % count].caller->send_frame();
  }
}

void LoadRun::begin_measuring() {
  if (ended_) return;
  report_.results.measuring = true;
  measured_from_ = loop_->now();
  cpu_before_ = process_usage(options_.server_pid).cpu_seconds;
  sample_memory();
}

void LoadRun::sample_memory() {
  if (ended_) return;
  const ProcessUsage usage = process_usage(options_.server_pid);
  report_.resident_kb.push_back(usage.resident_kb);
  if (report_.resident_kb.size() <= kMemorySamples) {
    loop_->post_after(seconds(options_.seconds / kMemorySamples), [this] { sample_memory(); });
    return;
  }
  report_.server_cpu_seconds = usage.cpu_seconds - cpu_before_;
  report_.seconds = to_ms(loop_->now() - measured_from_) / 1e3;
  end();
}

// Connections stay open: the program ends with them.
void LoadRun::end() {
  if (std::exchange(ended_, true)) return;
  for (const Seat& seat : seats_) seat.caller->finish();
  done_.set_value(std::move(report_));
}

}  // namespace voiceagent::bench
