// When the recorded answer of a recogniser comes in a replay that asks for it at another time.
#include <vector>

#include "sim/replay/replay_executor.h"
#include "sim/replay/replay_providers.h"
#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

constexpr Duration kAsked = 100ms;
constexpr Duration kAnswered = 150ms;
constexpr Duration kClosed = 160ms;

std::string sink_call(SinkCall what) {
  ByteWriter bytes;
  bytes.choice(StreamKind::kStt);
  bytes.number(1);
  bytes.choice(what);
  return bytes.take();
}

// A stream that was asked once, answered, and closed by itself.
struct OneStream {
  OneStream() {
    recording.setup = Json::parse("{}").value();
    recording.starts[static_cast<std::size_t>(StreamKind::kStt)].push_back({0ms, {}});
    final.kind = closed.kind = RecordKind::kSink;
    final.time = final.other = kAnswered;
    final.number = final.flush = 1;
    final.bytes = final_bytes;
    closed.time = closed.other = kClosed;
    closed.number = 2;
    closed.bytes = closed_bytes;
    recording.flushes[{1, 1}] = {kAsked, final};
    const auto number = streams.start(StreamKind::kStt, [this](ByteReader& in) {
      told.push_back(in.choice(SinkCall::kEstimate));
      times.push_back(executor.time());
    });
    REQUIRE(number.value() == 1);
  }

  // Lets the recorded calls come at their times, up to `time`.
  void play(Duration time) {
    for (const Stimulus* call : {&final, &closed}) {
      if (call->time <= executor.time() || call->time > time) continue;
      executor.advance(call->time);
      streams.arrive(*call);
    }
    executor.advance(time);
  }
  void ask(Duration at) {
    play(at);
    executor.run([this] { streams.flush(1); });
  }

  const std::string final_bytes = sink_call(SinkCall::kFinal);
  const std::string closed_bytes = sink_call(SinkCall::kClosed);
  Stimulus final;
  Stimulus closed;
  Recording recording;
  ReplayExecutor executor{recording};
  ReplayStreams streams{recording, executor};
  std::vector<SinkCall> told;
  std::vector<Duration> times;
};

const std::vector<SinkCall> kBoth{SinkCall::kFinal, SinkCall::kClosed};

}  // namespace

TEST_CASE("asked when it was asked, a recogniser answers when it did") {
  OneStream one;
  one.ask(kAsked);
  one.play(1s);
  CHECK(one.told == kBoth);
  CHECK(one.times == std::vector<Duration>{kAnswered, kClosed});
}

TEST_CASE("asked later, it answers later, and what followed the answer still does") {
  OneStream one;
  one.ask(200ms);  // after both have come
  CHECK(one.told.empty());
  one.play(1s);
  CHECK(one.told == kBoth);
  CHECK(one.times == std::vector<Duration>{250ms, 250ms});
}

TEST_CASE("asked a little later, it still takes its time") {
  OneStream one;
  one.ask(120ms);
  one.play(1s);
  CHECK(one.told == kBoth);
  CHECK(one.times == std::vector<Duration>{170ms, 170ms});
}

TEST_CASE("asked earlier, it answers earlier, and once") {
  OneStream one;
  one.ask(40ms);
  one.play(1s);
  CHECK(one.told == kBoth);
  CHECK(one.times == std::vector<Duration>{90ms, kClosed});
}

TEST_CASE("never asked, it answers nothing, but closes when it is told to stop") {
  OneStream one;
  one.play(300ms);
  CHECK(one.told.empty());
  one.streams.cancel(StreamKind::kStt, 1);
  one.play(400ms);
  CHECK(one.told == kBoth);
}
