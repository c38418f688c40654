#include "core/hearing/microphone.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "voiceagent/sim.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

// A microphone in virtual time that writes down what it tells.
class Desk final : public MicrophoneListener {
 public:
  explicit Desk(VadFormat format = {}, TurnOptions options = {}) : format_(format) {
    const auto vad = vad_from_function(
        [](std::span<const std::int16_t> frame) {
          for (const std::int16_t s : frame) {
            if (s > 1'000 || s < -1'000) return 1.0F;
          }
          return 0.0F;
        },
        format);
    microphone = std::make_unique<Microphone>(options, format, std::move(*vad->start({})), *time,
                                              FramePool::create(960, 8), *this);
  }

  // Audio in chunks, in step with the clock: each is pushed once it has passed.
  void hear(const std::vector<std::int16_t>& samples, int rate, std::size_t chunk = 160) {
    for (std::span<const std::int16_t> rest = samples; !rest.empty();) {
      const auto next = rest.first(std::min(chunk, rest.size()));
      rest = rest.subspan(next.size());
      time->run_for(AudioView{next, rate}.duration());
      REQUIRE(microphone->push({next, rate}).ok());
    }
  }
  static std::vector<std::int16_t> loud(Duration length, int rate) {
    return std::vector<std::int16_t>(static_cast<std::size_t>(duration_to_samples(length, rate)),
                                     8'000);
  }
  static std::vector<std::int16_t> quiet(Duration length, int rate) {
    return std::vector<std::int16_t>(static_cast<std::size_t>(duration_to_samples(length, rate)),
                                     0);
  }

  void microphone_clean(std::span<std::int16_t> samples) override {
    if (deaf) std::ranges::fill(samples, std::int16_t{0});
  }
  void microphone_frame(const FramePtr& frame) override {
    CHECK(frame->samples().size() == static_cast<std::size_t>(format_.sample_rate / 50));
    heard.insert(heard.end(), frame->samples().begin(), frame->samples().end());
  }
  void microphone_speech_started(std::int64_t sample) override { tell('s', sample); }
  void microphone_speech_stopped(std::int64_t sample) override { tell('e', sample); }
  void microphone_gap() override { ++gaps; }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::unique_ptr<Microphone> microphone;
  bool deaf = false;
  int gaps = 0;
  std::vector<std::int16_t> heard;
  std::string told;                        // s(tarted), e(nded)
  std::vector<std::int64_t> told_samples;  // of each
  std::vector<Duration> spoken;            // when that was, by the microphone
  std::vector<Duration> at;                // when it was told

 private:
  void tell(char what, std::int64_t sample) {
    told += what;
    told_samples.push_back(sample);
    at.push_back(time->now().time_since_epoch());
    spoken.push_back(at.back() - microphone->age(sample));
  }

  const VadFormat format_;
};

}  // namespace

TEST_CASE("every sample comes through, whatever the chunks") {
  const std::size_t chunk = GENERATE(1, 7, 160, 319, 320, 321, 5'000);
  Desk desk;
  std::vector<std::int16_t> samples(16'000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int16_t>(i % 900);
  desk.hear(samples, 16'000, chunk);
  CHECK(desk.heard == samples);
  CHECK(desk.microphone->position() == 16'000);
}

TEST_CASE("what does not fill a frame waits for more") {
  Desk desk;
  desk.hear(std::vector<std::int16_t>(319, 1), 16'000);
  CHECK(desk.heard.empty());
  desk.hear(std::vector<std::int16_t>(2, 1), 16'000);
  CHECK(desk.heard.size() == 320);
}

TEST_CASE("every rate is taken, and speech is found where it is") {
  const int rate = GENERATE(8'000, 11'025, 16'000, 22'050, 24'000, 32'000, 44'100, 48'000, 96'000);
  Desk desk;
  desk.hear(Desk::quiet(500ms, rate), rate, 441);
  desk.hear(Desk::loud(400ms, rate), rate, 441);
  desk.hear(Desk::quiet(500ms, rate), rate, 441);
  REQUIRE(desk.told == "se");
  CHECK(std::abs(desk.told_samples[0] - 8'000) <= 320);
  CHECK(std::abs(desk.told_samples[1] - 14'400) <= 320);
  // All but what the filter holds back.
  CHECK(std::abs(static_cast<double>(desk.microphone->position()) - 22'400) <= 640);
}

TEST_CASE("a rate that can't be is refused, and the next audio is taken") {
  const int rate = GENERATE(0, -8'000, 3'999, 192'001);
  Desk desk;
  const std::vector<std::int16_t> samples(320);
  const Status status = desk.microphone->push({samples, rate});
  CHECK(status.code() == ErrorCode::kInvalidArgument);
  CHECK(status.message().find(std::to_string(rate)) != std::string::npos);
  desk.hear(samples, 16'000);
  CHECK(desk.heard.size() == 320);
}

TEST_CASE("the rate may change from call to call and loses nothing") {
  Desk desk;
  desk.hear(Desk::quiet(1s, 48'000), 48'000, 960);
  desk.hear(Desk::quiet(1s, 16'000), 16'000, 320);
  desk.hear(Desk::quiet(1s, 8'000), 8'000, 160);
  desk.hear(Desk::quiet(1s, 16'000), 16'000, 320);
  CHECK(std::abs(desk.microphone->position() - 64'000) <= 640);
}

TEST_CASE("starts and ends are dated back to where they were, for every size of chunk") {
  const std::size_t chunk = GENERATE(160, 320, 1'600, 3'200);
  Desk desk;
  desk.hear(Desk::quiet(1s, 16'000), 16'000, chunk);
  desk.hear(Desk::loud(600ms, 16'000), 16'000, chunk);
  desk.hear(Desk::quiet(1s, 16'000), 16'000, chunk);
  REQUIRE(desk.told == "se");
  CHECK(desk.told_samples[0] == 16'000);
  CHECK(desk.told_samples[1] == 25'600);
  CHECK(desk.spoken[0] == 1s);
  CHECK(desk.spoken[1] == 1'600ms);
  // Told once the rules are satisfied: 60 ms of speech, 100 ms of silence, and the chunk is there.
  const Duration rounding = samples_to_duration(static_cast<std::int64_t>(chunk), 16'000);
  CHECK(desk.at[0] >= 1'060ms);
  CHECK(desk.at[0] < 1'060ms + rounding + 20ms);
  CHECK(desk.at[1] >= 1'700ms);
  CHECK(desk.at[1] < 1'700ms + rounding + 20ms);
}

TEST_CASE("a click is not speech") {
  Desk desk;
  for (int i = 0; i < 10; ++i) {
    desk.hear(Desk::loud(30ms, 16'000), 16'000);
    desk.hear(Desk::quiet(300ms, 16'000), 16'000);
  }
  CHECK(desk.told == "");
}

TEST_CASE("audio that stops coming in mid-speech counts as silence since its last sample") {
  Desk desk;
  desk.hear(Desk::loud(400ms, 16'000), 16'000);
  REQUIRE(desk.told == "s");
  desk.time->run_for(499ms);
  CHECK(desk.told == "s");
  desk.time->run_for(1ms);
  REQUIRE(desk.told == "se");
  CHECK(desk.told_samples[1] == 6'400);
  CHECK(desk.spoken[1] == 400ms);
  desk.time->run_for(5s);
  CHECK(desk.told == "se");
  desk.hear(Desk::loud(400ms, 16'000), 16'000);
  CHECK(desk.told == "ses");
  CHECK(desk.spoken[2] == 5'900ms);
}

TEST_CASE("audio that stops coming in silence is nothing") {
  Desk desk;
  desk.hear(Desk::quiet(400ms, 16'000), 16'000);
  desk.time->run_for(5s);
  CHECK(desk.told == "");
}

TEST_CASE("audio that comes again after a long while doesn't go on from what came before") {
  Desk desk;
  desk.hear(Desk::quiet(50ms, 16'000), 16'000);  // two frames and a half
  desk.time->run_for(1'900ms);
  desk.hear(Desk::quiet(10ms, 16'000), 16'000);
  CHECK(desk.gaps == 0);  // the network's
  REQUIRE(desk.heard.size() == 960);
  desk.hear(Desk::quiet(10ms, 16'000), 16'000);  // half a frame
  desk.time->run_for(2'100ms);
  desk.hear(Desk::loud(20ms, 16'000), 16'000);
  CHECK(desk.gaps == 1);
  REQUIRE(desk.heard.size() == 1'280);
  CHECK(desk.heard[960] == 8'000);
  CHECK(desk.told == "");
  const std::vector<std::int16_t> chunk = Desk::quiet(5s, 16'000);  // takes so long to be made
  desk.hear(chunk, 16'000, chunk.size());
  CHECK(desk.gaps == 1);
}

TEST_CASE("a reset forgets the speech, and positions stay right for detectors of any frame") {
  Desk desk(VadFormat{16'000, GENERATE(160U, 320U, 480U, 512U)});
  for (int i = 0; i < 20; ++i) {
    desk.hear(Desk::quiet(100ms, 16'000), 16'000, 1'600);
    desk.microphone->reset();
  }
  desk.hear(Desk::loud(400ms, 16'000), 16'000);
  desk.microphone->reset();
  desk.time->run_for(5s);
  REQUIRE(desk.told == "s");
  CHECK(std::abs(desk.told_samples[0] - 32'000) < 512);
}

TEST_CASE("a reset in mid-speech ends it silently; what follows is new speech") {
  Desk desk;
  desk.hear(Desk::loud(400ms, 16'000), 16'000);
  desk.microphone->reset();
  desk.hear(Desk::loud(400ms, 16'000), 16'000);
  CHECK(desk.told == "ss");
}

TEST_CASE("speech that is to be heard anew starts again if, and only if, it goes on") {
  Desk desk;
  desk.hear(Desk::loud(200ms, 16'000), 16'000);
  desk.microphone->hear_anew();
  CHECK(desk.told == "s");
  SECTION("it stops there") { desk.time->run_for(2s); }
  SECTION("it stops soon after") {
    desk.hear(Desk::loud(40ms, 16'000), 16'000);
    desk.hear(Desk::quiet(500ms, 16'000), 16'000);
  }
  SECTION("it goes on") {
    desk.hear(Desk::loud(200ms, 16'000), 16'000);
    REQUIRE(desk.told == "ss");
    CHECK(desk.told_samples[1] == 3'200);
    return;
  }
  CHECK(desk.told == "s");
}

TEST_CASE("a microphone that goes away takes its timer along") {
  Desk desk;
  desk.hear(Desk::loud(400ms, 16'000), 16'000);
  desk.microphone.reset();
  CHECK(desk.time->run_until_idle(1min));
  CHECK(desk.told == "s");
}

TEST_CASE("what is taken out of a frame is heard by nobody") {
  Desk desk;
  desk.deaf = true;
  desk.hear(Desk::loud(1s, 16'000), 16'000);
  CHECK(desk.heard == Desk::quiet(1s, 16'000));
  CHECK(desk.told.empty());
  desk.deaf = false;
  desk.hear(Desk::loud(1s, 16'000), 16'000);
  CHECK(desk.told == "s");
}
