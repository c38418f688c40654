// Whose code holds an executor, and for how long it did.
#include "core/watch/call_board.h"

#include <atomic>
#include <string>
#include <thread>

#include "core/events/publisher.h"
#include "support/blocking_clock.h"
#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::test;
using namespace std::chrono_literals;

TEST_CASE("a handler that blocks is named, with the time that it took") {
  BlockingClock clock;
  const auto board = std::make_shared<CallBoard>(clock);
  Publisher bus("s", clock, *board);
  const Subscription slow =
      bus.subscribe<event::TextIn>([&clock](const auto&) { clock.block(300ms); });
  board->begin_task();
  bus.publish(0, event::SpeechStopped{});
  bus.publish(0, event::TextIn{"hello"});
  bus.publish(0, event::UserBack{});
  const auto held = board->take_held();
  board->end_task();
  REQUIRE(held);
  CHECK(held->call == "handlers of 'text_in'");
  CHECK(held->time == 300ms);
  CHECK_FALSE(board->take_held());
  CHECK(bus.history() == "speech_stopped 0.000 s, text_in 0.000 s, user_back 0.300 s");
}

TEST_CASE("what comes many times in a turn leaves room for the rest in the history") {
  BlockingClock clock;
  const auto board = std::make_shared<CallBoard>(clock);
  Publisher bus("s", clock, *board);
  bus.publish(0, event::SpeechStopped{});
  for (int i = 0; i < 100; ++i) {
    bus.publish(0, event::ReplyDelta{"one "});
    bus.publish(0, event::SpeechSegment{});
    bus.publish(0, event::PlaybackProgress{});
    bus.publish(0, event::TranscriptPartial{"two"});
    bus.publish(0, event::TurnEstimate{});
  }
  bus.publish(0, event::UserBack{});
  CHECK(bus.history() == "speech_stopped 0.000 s, user_back 0.000 s");
}

TEST_CASE("of calls within calls, each one answers for its own time") {
  BlockingClock clock;
  const auto board = std::make_shared<CallBoard>(clock);
  {
    const Call outer(board.get(), {board->owner("llm", "chain"), CallWhat::kStart});
    const std::uint64_t shown = board->shown();
    clock.block(150ms);
    CHECK(board->text(board->shown()) == "llm 'chain' start()");
    {
      const Call inner(board.get(), {board->owner("llm", "b"), CallWhat::kStart});
      CHECK(board->text(board->shown()) == "llm 'b' start()");
      clock.block(200ms);
    }
    CHECK(board->shown() == shown);
    clock.block(120ms);
  }
  CHECK(board->shown() == 0);
  const auto held = board->take_held();
  REQUIRE(held);
  CHECK(held->call == "llm 'b' start()");
  CHECK(held->time == 200ms);
}

TEST_CASE("the time between tasks, and before a call, is nobody's") {
  BlockingClock clock;
  const auto board = std::make_shared<CallBoard>(clock);
  const auto call = [&] { const Call quick(board.get(), {}); };
  call();
  clock.block(1s);
  call();
  board->begin_task();
  call();
  board->end_task();
  clock.block(1s);
  board->begin_task();
  call();
  board->mark(clock.now());
  call();
  board->end_task();
  CHECK_FALSE(board->take_held());
}

TEST_CASE("in a session's task, a call's time is known once the clock is read or the task ends") {
  BlockingClock clock;
  const auto board = std::make_shared<CallBoard>(clock);
  const auto call = [&](CallWhat what, Duration time) {
    const Call held(board.get(), {0, what});
    clock.block(time);
  };
  board->begin_task();
  call(CallWhat::kFlush, 200ms);
  board->mark(clock.now());
  call(CallWhat::kAudio, 100ms);
  call(CallWhat::kText, 150ms);
  CHECK(board->take_held()->call == "flush()");
  call(CallWhat::kStrategy, 300ms);
  board->end_task();
  CHECK(board->take_held()->call == "a turn strategy");
  board->begin_task();
  call(CallWhat::kAsk, 100ms);
  CHECK(board->take_held()->time == 100ms);
  board->end_task();
  CHECK_FALSE(board->take_held());
}

TEST_CASE("the same call again is another one") {
  BlockingClock clock;
  CallBoard board(clock);
  const auto shown = [&board] {
    const Call call(&board, {board.owner("tool", "book"), CallWhat::kHandler});
    return board.shown();
  };
  const std::uint64_t first = shown();
  CHECK(shown() != first);
  CHECK(board.text(shown()) == board.text(first));
}

TEST_CASE("names are cut at a character, and as many are kept as there are numbers") {
  BlockingClock clock;
  CallBoard board(clock);
  const auto name = [&board](CallOwner owner) {
    const Call call(&board, {owner, CallWhat::kHandler});
    return board.text(board.shown());
  };
  const std::string long_one(99, 'a');
  CHECK(name(board.owner("tool", long_one + "\xC3\xA4")) == "tool '" + long_one + "'");
  CallOwner last = 0;
  for (int i = 0; i < 4094; ++i) last = board.owner("tool", std::to_string(i));
  CHECK(name(last) == "tool '4093'");
  CHECK(board.owner("tool", "one more") == 0);
  CHECK(name(0) == "a call");
  CHECK(board.owner("tool", "4093") == last);
}

TEST_CASE("any thread sees whose call it is") {
  BlockingClock clock;
  CallBoard board(clock);
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::thread other([&] {
    while (!over) {
      const std::string seen = board.text(board.shown());
      if (!seen.empty() && seen != "tool 'a'" && seen != "tts 'b' text()") ++wrong;
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    const Call outer(&board, {board.owner("tool", "a"), CallWhat::kHandler});
    const Call inner(&board, {board.owner("tts", "b"), CallWhat::kText});
  }
  over = true;
  other.join();
  CHECK(wrong == 0);
}
