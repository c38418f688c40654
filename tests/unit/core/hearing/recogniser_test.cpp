#include "core/hearing/recogniser.h"

#include <array>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/puppet_providers.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::SttPuppet;

namespace {

class Desk final : public RecogniserListener {
 public:
  explicit Desk(RecogniserOptions options = default_options()) {
    recogniser = std::make_unique<Recogniser>(
        options, PortContext{time, time->workers(), make_null_logger(), count}, stt, *this);
  }
  ~Desk() {
    recogniser.reset();
    time->run_for(1s);
  }

  static RecogniserOptions default_options() { return {16'000, 400ms, "en-US", "s", 2s}; }

  void frames(int count_of_frames) {
    for (int i = 0; i < count_of_frames; ++i) {
      const FramePtr frame = pool->take(320);
      std::fill(frame->samples().begin(), frame->samples().end(), std::int16_t{1'000});
      recogniser->frame(frame);
    }
  }
  void settle() { time->run_for(0ms); }
  SttPuppet::Line& line() { return stt->line(); }

  void recogniser_partial(std::string_view text) override { tell("partial", text); }
  void recogniser_final(std::string_view text, const Transcript& settled, bool complete) override {
    tell(complete ? "complete" : "final", text);
    words.assign(settled.words.begin(), settled.words.end());
  }
  void recogniser_signal(TurnSignal, float) override { tell("signal", ""); }
  void recogniser_failed(Status status) override { tell("failed", status.message()); }
  void recogniser_overflow(Duration lost) override { lost_audio += lost; }
  void recogniser_replaced(Duration) override { tell("replaced", ""); }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<StreamCount> count = std::make_shared<StreamCount>();
  std::shared_ptr<SttPuppet> stt = std::make_shared<SttPuppet>();
  std::shared_ptr<FramePool> pool = FramePool::create(320, 16);
  std::unique_ptr<Recogniser> recogniser;
  std::string told;
  std::vector<Word> words;
  Duration lost_audio{0};

 private:
  void tell(std::string_view what, std::string_view text) {
    if (!told.empty()) told += ", ";
    told += std::string(what) + (text.empty() ? "" : " ") + std::string(text);
  }
};

constexpr std::int64_t kFrame = 320;

}  // namespace

TEST_CASE("an utterance begins with the audio from just before it, and no more") {
  Desk desk;
  desk.frames(100);
  CHECK(desk.stt->lines.empty());  // a stream costs nothing until it is needed
  desk.recogniser->begin_utterance(0ms);
  CHECK(desk.line().samples == 20 * kFrame);
  desk.frames(10);
  CHECK(desk.line().samples == 30 * kFrame);
}

TEST_CASE("nothing is recognised twice: the next pre-roll begins where the utterance ended") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.frames(50);
  desk.recogniser->end_utterance();
  desk.frames(5);
  desk.recogniser->begin_utterance(0ms);
  CHECK(desk.stt->lines.size() == 1);
  CHECK(desk.line().samples == 55 * kFrame);
}

TEST_CASE("audio from before a gap does not become a part of what is said after it") {
  Desk desk;
  desk.frames(15);
  desk.recogniser->drop_preroll();
  desk.recogniser->begin_utterance(0ms);
  desk.frames(1);
  CHECK(desk.line().samples == kFrame);
}

TEST_CASE("the words so far are the settled ones and the latest partial ones") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.stt->partial("i want");
  desk.stt->partial("i want a");
  desk.stt->final("i want a");
  desk.stt->partial("cup");
  desk.stt->final("cup of tea");
  desk.settle();
  CHECK(desk.told ==
        "partial i want, partial i want a, complete i want a, partial i want a cup, "
        "complete i want a cup of tea");
  CHECK(desk.recogniser->text() == "i want a cup of tea");
}

TEST_CASE("complete means that every flush has been answered") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.recogniser->flush();
  desk.recogniser->flush();
  CHECK(desk.line().log == "ff");
  desk.stt->final("one");
  desk.stt->final("two");
  desk.settle();
  CHECK(desk.told == "final one, complete one two");
}

TEST_CASE("words of an utterance that is over are not those of the next") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.stt->final("one");
  desk.settle();
  desk.recogniser->end_utterance();
  desk.stt->partial("late");
  desk.stt->final("late");
  desk.settle();
  CHECK(desk.told == "complete one");
  desk.recogniser->begin_utterance(0ms);
  CHECK(desk.recogniser->text() == "");
  desk.stt->final("two");
  desk.settle();
  CHECK(desk.recogniser->text() == "two");
}

TEST_CASE("a flush follows the audio before it, also when the stream had no room") {
  Desk desk;
  desk.stt->accepts = false;
  desk.recogniser->begin_utterance(0ms);
  desk.frames(5);
  desk.recogniser->flush();
  CHECK(desk.line().log == "");
  desk.line().accepts = true;
  desk.line().sink->writable();
  desk.settle();
  CHECK(desk.line().samples == 5 * kFrame);
  CHECK(desk.line().log == "f");
}

TEST_CASE("what a full stream has no room for waits; of more than 15 s the oldest is dropped") {
  Desk desk;
  desk.stt->accepts = false;
  desk.recogniser->begin_utterance(0ms);
  desk.frames(750);
  CHECK(desk.lost_audio == 0ms);
  desk.frames(50);
  CHECK(desk.lost_audio == 1s);
  desk.line().accepts = true;
  desk.frames(1);
  CHECK(desk.line().samples == 750 * kFrame);
  CHECK(desk.lost_audio == 1s + 20ms);
}

TEST_CASE("word times are on the session's clock, in every utterance of a stream") {
  Desk desk;
  const std::array<Word, 1> word{Word{"hello", 100ms, 300ms}};
  const auto settle = [&](const std::array<Word, 1>& words) {
    desk.line().sink->final({"hello", 1.0F, words, {}});
    desk.settle();
    REQUIRE(desk.words.size() == 1);
  };
  desk.frames(100);  // 2 s, of which 400 ms are kept
  desk.recogniser->begin_utterance(10s);
  settle(word);
  CHECK(desk.words[0].start == 10s + 1'600ms + 100ms);
  CHECK(desk.words[0].end == 10s + 1'600ms + 300ms);
  desk.frames(50);  // 3 s have been heard, 1.4 s are in the stream
  desk.recogniser->end_utterance();
  desk.frames(100);  // 5 s have been heard
  desk.recogniser->begin_utterance(12s);
  settle({Word{"hello", 1'400ms, 1'500ms}});  // the first audio of the second utterance
  CHECK(desk.words[0].start == 12s + 4'600ms);
}

TEST_CASE("a recogniser of another rate gets the audio at its own") {
  Desk desk;
  desk.stt->can.sample_rates = {8'000, 11'025};
  desk.recogniser->begin_utterance(0ms);
  CHECK(desk.line().rate == 8'000);
  desk.frames(100);
  CHECK(std::abs(desk.line().samples - 16'000) < 320);
}

TEST_CASE("converted audio that was refused is offered again, whole and in order") {
  Desk desk;
  desk.stt->can.sample_rates = {8'000};
  desk.recogniser->begin_utterance(0ms);
  desk.frames(50);
  const std::int64_t before = desk.line().samples;
  desk.line().accepts = false;
  desk.frames(50);
  CHECK(desk.line().samples == before);
  desk.line().accepts = true;
  desk.frames(50);
  CHECK(std::abs(desk.line().samples - 24'000) < 320);
}

TEST_CASE("what was refused at the end of an utterance is no part of the next") {
  Desk desk;
  desk.stt->can.sample_rates = {8'000};
  desk.recogniser->begin_utterance(0ms);
  desk.frames(50);
  desk.line().accepts = false;
  desk.frames(5);
  desk.recogniser->end_utterance();
  desk.line().accepts = true;
  const std::int64_t before = desk.line().samples;
  desk.recogniser->begin_utterance(0ms);
  CHECK(desk.line().samples == before);
}

TEST_CASE("a stream that fails in mid-utterance is told, and the next utterance gets a new one") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.line().sink->error({ErrorCode::kUnavailable, "gone"});
  desk.settle();
  CHECK(desk.told == "failed gone");
  CHECK(desk.line().log == "c");
  CHECK(desk.stt->alive() == 0);
  desk.recogniser->end_utterance();
  desk.recogniser->begin_utterance(0ms);
  CHECK(desk.stt->lines.size() == 2);
  desk.stt->final("again");
  desk.settle();
  CHECK(desk.recogniser->text() == "again");
}

TEST_CASE(
    "a stream that fails when the turn is over leaves what came since to the next utterance") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.frames(10);
  desk.recogniser->flush();
  desk.frames(5);
  desk.line().sink->error({ErrorCode::kUnavailable, "gone"});
  desk.settle();
  CHECK(desk.told == "failed gone");
  desk.recogniser->end_utterance();
  desk.recogniser->begin_utterance(0ms);
  REQUIRE(desk.stt->lines.size() == 2);
  CHECK(desk.line().samples == 5 * kFrame);
}

TEST_CASE("a stream that closes in mid-utterance is a failure, one that closes between is none") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.recogniser->end_utterance();
  desk.line().close();
  desk.settle();
  CHECK(desk.told == "");
  desk.recogniser->begin_utterance(0ms);
  REQUIRE(desk.stt->lines.size() == 2);
  desk.line().close();
  desk.settle();
  CHECK(desk.told == "failed the recogniser closed its stream in mid-utterance");
}

TEST_CASE("a stream that can't begin is a failure") {
  Desk desk;
  SECTION("with its reason") {
    desk.stt->start_status = unavailable("no model");
    desk.recogniser->begin_utterance(0ms);
    CHECK(desk.told == "failed no model");
  }
  SECTION("also when the provider hands over nothing") {
    desk.stt->makes_nothing = true;
    desk.recogniser->begin_utterance(0ms);
    CHECK(desk.told == "failed the provider made no stream");
  }
  CHECK(desk.count->open == 0);
}

TEST_CASE("a restart forgets the stream and whatever it still says") {
  Desk desk;
  desk.stt->closes_on_cancel = false;
  desk.recogniser->begin_utterance(0ms);
  desk.recogniser->flush();
  desk.recogniser->give_up();
  desk.recogniser->end_utterance();
  const auto old = desk.stt->lines.front();
  CHECK(old->log == "fc");
  desk.recogniser->begin_utterance(0ms);
  old->sink->final({"late", 1.0F, {}, {}});
  desk.settle();
  CHECK(desk.told == "");
  CHECK(desk.stt->alive() == 2);
  old->close();
  desk.settle();
  CHECK(desk.stt->alive() == 1);
  desk.stt->final("new");
  desk.settle();
  CHECK(desk.told == "complete new");
  desk.line().close();
}

TEST_CASE("an utterance whose settled words never came may go on: another stream hears the rest") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.stt->partial("i want");
  desk.settle();
  desk.recogniser->flush();
  desk.frames(5);
  desk.recogniser->give_up();
  CHECK(desk.recogniser->text() == "i want");
  desk.frames(5);
  REQUIRE(desk.stt->lines.size() == 1);  // a stream costs nothing until it is needed
  desk.recogniser->resume();
  REQUIRE(desk.stt->lines.size() == 2);
  CHECK(desk.line().samples == 10 * kFrame);
  desk.stt->partial("tea");
  desk.settle();
  CHECK(desk.told == "partial i want, final i want, partial i want tea");
  SECTION("or else what was said meanwhile begins the next one") {
    desk.recogniser->flush();
    desk.recogniser->give_up();
    desk.frames(5);
    desk.recogniser->end_utterance();
    desk.recogniser->begin_utterance(0ms);
    REQUIRE(desk.stt->lines.size() == 3);
    CHECK(desk.line().samples == 5 * kFrame);
  }
}

TEST_CASE("who goes on isn't kept waiting by words that are never settled") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.frames(10);
  desk.stt->partial("i want");
  desk.settle();
  desk.recogniser->flush();
  desk.recogniser->resume();
  desk.frames(100);  // 2 s
  REQUIRE(desk.stt->lines.size() == 1);
  desk.told.clear();
  desk.frames(1);
  REQUIRE(desk.stt->lines.size() == 2);
  CHECK(desk.line().samples == 101 * kFrame);  // nothing of what was said since is lost
  desk.line().sink->final({"tea", 1.0F, std::array{Word{"tea", 0ms, 20ms, 1.0F}}, {}});
  desk.settle();
  CHECK(desk.told == "replaced, final i want, complete i want tea");
  REQUIRE(desk.words.size() == 1);
  CHECK(desk.words.front().start == 200ms);
}

TEST_CASE("a recogniser's opinion about the turn counts while the utterance is open") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.line().sink->turn_signal(TurnSignal::kEnd, 0.9F);
  desk.settle();
  CHECK(desk.told == "signal");
  desk.recogniser->end_utterance();
  desk.line().sink->turn_signal(TurnSignal::kEnd, 0.9F);
  desk.settle();
  CHECK(desk.told == "signal");
}

TEST_CASE("a likely end without a probability is no opinion") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  desk.line().sink->turn_signal(TurnSignal::kLikelyEnd, 0.0F);
  desk.line().sink->turn_signal(TurnSignal::kLikelyEnd, std::numeric_limits<float>::quiet_NaN());
  desk.settle();
  CHECK(desk.told.empty());
  desk.line().sink->turn_signal(TurnSignal::kLikelyEnd, 0.1F);
  desk.settle();
  CHECK(desk.told == "signal");
}

TEST_CASE("text that is not UTF-8 is mended on the way in") {
  Desk desk;
  desk.recogniser->begin_utterance(0ms);
  const std::array<Word, 1> word{Word{"caf\xC3", 0ms, 10ms}};
  desk.stt->partial("caf\xC3");
  desk.line().sink->final({"caf\xC3", 1.0F, word, {}});
  desk.settle();
  CHECK(desk.told == "partial caf\xEF\xBF\xBD, complete caf\xEF\xBF\xBD");
  REQUIRE(desk.words.size() == 1);
}
