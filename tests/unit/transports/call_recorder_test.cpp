#include "voiceagent/call_recorder.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"
#include "voiceagent/executor.h"
#include "voiceagent/wav.h"

namespace va = voiceagent;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int kRate = 8'000;

class Bus : public va::EventBus {
 public:
  using EventBus::deliver;
};

// Publishes what a test tells it to.
class FakeSession : public va::Session {
 public:
  explicit FakeSession(va::Executor& executor) : executor_(executor), begin_(executor.now()) {}

  template <class E>
  void publish(const E& event) {
    bus_.deliver(event, {id_, 0, ++seq_, executor_.now() - begin_});
  }
  void user(const std::vector<std::int16_t>& samples, int rate = kRate) {
    publish(va::event::AudioIn{{samples, rate}});
  }
  void agent(const std::vector<std::int16_t>& samples) {
    publish(va::event::AudioOut{{samples, kRate}, sent_, {}});
    sent_ += static_cast<std::int64_t>(samples.size());
  }
  void flush() { publish(va::event::OutputFlushed{sent_}); }

  const std::string& id() const override { return id_; }
  va::Executor& executor() const override { return executor_; }
  va::EventBus& events() override { return bus_; }
  va::Status push_audio(va::AudioView) override { return {}; }
  va::Status push_text(std::string_view) override { return {}; }
  va::Status push_dtmf(std::string_view) override { return {}; }
  void report_playback(std::int64_t) override {}
  va::Status say(std::string_view, va::SayOptions) override { return {}; }
  void interrupt() override {}
  void commit_turn() override {}
  va::Status set_mode(va::Mode) override { return {}; }
  void close(va::CloseReason reason) override { publish(va::event::SessionClosed{reason}); }
  va::Mode mode() const override { return va::Mode::kVoiceToVoice; }
  bool idle() const override { return true; }
  bool closed() const override { return false; }
  std::vector<va::ContextEntry> context() const override { return {}; }
  int output_rate() const override { return kRate; }

 private:
  va::Executor& executor_;
  va::Time begin_;
  Bus bus_;
  std::string id_ = "test";
  std::uint64_t seq_ = 0;
  std::int64_t sent_ = 0;
};

struct Call {
  explicit Call(const std::string& name)
      : path((std::filesystem::temp_directory_path() / ("voiceagent_" + name + ".wav")).string()) {
    clock->run_for(seconds(3));  // a session's time is not its executor's
    session = std::make_unique<FakeSession>(*clock);
    auto created = va::CallRecorder::create(*session, path);
    REQUIRE(created.ok());
    recorder = std::move(*created);
    session->publish(va::event::SessionOpened{});
  }
  ~Call() { std::filesystem::remove(path); }

  void pass(std::int64_t samples) {
    clock->run_for(va::samples_to_duration(samples, kRate) + std::chrono::nanoseconds(1));
  }
  // The frames of the file, one after the other, user before agent.
  std::vector<std::int16_t> recorded() {
    auto reader = va::WavReader::open(path);
    REQUIRE(reader.ok());
    CHECK(reader->format().channels == 2);
    CHECK(reader->format().sample_rate == kRate);
    std::vector<std::int16_t> samples(static_cast<std::size_t>(2 * reader->format().frames));
    REQUIRE(reader->read_interleaved(samples).ok());
    return samples;
  }

  std::string path;
  std::shared_ptr<va::VirtualExecutor> clock = va::VirtualExecutor::create();
  std::unique_ptr<FakeSession> session;
  std::unique_ptr<va::CallRecorder> recorder;
};

}  // namespace

TEST_CASE("the user is on the left and the agent on the right of one time line") {
  Call call("sides");
  call.pass(2);
  call.session->user({1, 2});
  call.session->agent({11, 12, 13});
  call.pass(2);
  call.session->user({3, 4});
  call.pass(2);
  call.session->user({5, 6});
  REQUIRE(call.recorder->finish().ok());
  CHECK(call.recorded() == std::vector<std::int16_t>{1, 0, 2, 0, 3, 11, 4, 12, 5, 13, 6, 0});
}

TEST_CASE("what a flush takes back is not in the recording") {
  Call call("flush");
  call.session->agent({1, 2, 3, 4, 5, 6});
  call.pass(2);
  call.session->flush();
  call.pass(2);
  call.session->agent({9});
  call.pass(4);
  REQUIRE(call.recorder->finish().ok());
  CHECK(call.recorded() == std::vector<std::int16_t>{0, 1, 0, 2, 0, 0, 0, 0, 0, 9});
}

TEST_CASE("what has not been played when the recording ends is not in it") {
  Call call("unplayed");
  call.session->agent({1, 2, 3, 4});
  call.pass(3);
  REQUIRE(call.recorder->finish().ok());
  CHECK(call.recorded() == std::vector<std::int16_t>{0, 1, 0, 2, 0, 3});
}

TEST_CASE("a session that closes ends the recording at that moment") {
  Call call("closed");
  call.session->agent({1, 2, 3, 4});
  call.pass(1);
  call.session->close(va::CloseReason::kHost);
  call.session.reset();
  call.pass(10);
  REQUIRE(call.recorder->finish().ok());
  CHECK(call.recorded() == std::vector<std::int16_t>{0, 1});
}

TEST_CASE("user audio of another rate is resampled in place") {
  Call call("rates");
  const std::vector<std::int16_t> high(1'600, 1'000);  // 100 ms
  const std::vector<std::int16_t> low(400, -1'000);    // 100 ms
  call.session->user(high, 16'000);
  call.session->user(low, 4'000);
  call.pass(1'600);
  REQUIRE(call.recorder->finish().ok());
  const auto samples = call.recorded();
  REQUIRE(samples.size() == 2 * 1'600);
  CHECK(samples[2 * 400] == Approx(1'000).margin(50));
  CHECK(samples[2 * 1'200] == Approx(-1'000).margin(50));
}

TEST_CASE("the played position is where a player without delay would be") {
  Call call("position");
  CHECK(call.recorder->played_position() == 0);
  call.session->agent({1, 2, 3, 4});
  call.pass(3);
  CHECK(call.recorder->played_position() == 3);
  call.session->flush();
  call.pass(3);
  CHECK(call.recorder->played_position() == 3);
  call.session->agent({5, 6});
  call.pass(9);
  CHECK(call.recorder->played_position() == 6);
}

TEST_CASE("a recording is written while the call goes on") {
  Call call("incremental");
  const std::vector<std::int16_t> second(kRate, 5);
  for (int i = 0; i < 100; ++i) {
    call.pass(kRate);
    call.session->user(second);
  }
  CHECK(std::filesystem::file_size(call.path) > 90 * 2 * 2 * kRate);
}

TEST_CASE("a user who never says anything doesn't hold the recording back") {
  Call call("text_only");
  const std::vector<std::int16_t> second(kRate, 5);
  for (int i = 0; i < 200; ++i) {
    call.session->agent(second);
    call.pass(kRate);
  }
  CHECK(std::filesystem::file_size(call.path) > 100 * 2 * 2 * kRate);
  REQUIRE(call.recorder->finish().ok());
  CHECK(call.recorded().size() == 200 * 2 * kRate);
}

TEST_CASE("without a path the recorder only plays") {
  const auto clock = va::VirtualExecutor::create();
  FakeSession session(*clock);
  auto recorder = va::CallRecorder::create(session, "");
  REQUIRE(recorder.ok());
  session.agent({1, 2, 3});
  clock->run_for(seconds(1));
  CHECK((*recorder)->played_position() == 3);
  CHECK((*recorder)->finish().ok());
}

TEST_CASE("a recording that can't be written is refused with its path") {
  const auto clock = va::VirtualExecutor::create();
  FakeSession session(*clock);
  const auto recorder = va::CallRecorder::create(session, "/nonexistent/call.wav");
  REQUIRE_FALSE(recorder.ok());
  CHECK_THAT(recorder.status().message(), Catch::Matchers::Contains("/nonexistent/call.wav"));
}
