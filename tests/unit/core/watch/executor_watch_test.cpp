// How late executors are, and who of them gets the next session.
#include "core/watch/executor_watch.h"

#include <memory>
#include <vector>

#include "support/blocking_clock.h"
#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::test;
using namespace std::chrono_literals;

namespace {

struct Stand {
  std::shared_ptr<BlockingClock> a = std::make_shared<BlockingClock>();
  std::shared_ptr<BlockingClock> b = std::make_shared<BlockingClock>();
  std::unique_ptr<ExecutorWatch> watch;

  explicit Stand(Duration limit = 100ms) {
    watch = std::make_unique<ExecutorWatch>(std::vector<std::shared_ptr<Executor>>{a, b},
                                            ExecutorWatch::Options{limit});
  }
};

}  // namespace

TEST_CASE("an executor that is stuck is as late as what it owes, though it can't say so itself") {
  Stand stand;
  stand.a->time->run_for(1s);
  CHECK(stand.watch->lateness() == 0ms);
  stand.a->block(50ms);  // until the next look
  CHECK(stand.watch->lateness() == 0ms);
  stand.a->block(70ms);
  CHECK(stand.watch->lateness() == 70ms);
  stand.a->block(10s);
  CHECK(stand.watch->lateness() == 10'070ms);
}

TEST_CASE("an executor that was stuck is late for a while, then no longer") {
  Stand stand;
  stand.a->block(550ms);
  stand.a->time->run_for(50ms);
  CHECK(stand.watch->lateness() == 550ms);
  stand.a->time->run_for(50ms);
  CHECK(stand.watch->lateness() == 440ms);
  stand.a->time->run_for(3s);
  CHECK(stand.watch->lateness() < 1ms);
}

TEST_CASE("sessions go round, but not to an executor that is stuck, unless all are") {
  Stand stand;
  CHECK(stand.watch->next() == stand.a);
  CHECK(stand.watch->next() == stand.b);
  stand.a->block(200ms);
  for (int i = 0; i < 5; ++i) CHECK(stand.watch->next() == stand.b);
  stand.b->block(200ms);
  const auto one = stand.watch->next();
  CHECK(stand.watch->next() != one);
}

TEST_CASE("without a limit nobody looks: sessions just go round") {
  Stand stand(0ms);
  CHECK(stand.a->time->run_until_idle(0ms));
  stand.a->block(1h);
  CHECK(stand.watch->lateness() == 0ms);
  CHECK(stand.watch->next() == stand.a);
  CHECK(stand.watch->next() == stand.b);
}

TEST_CASE("each executor has its board, and a foreign one gets one of its own") {
  Stand stand;
  CHECK(stand.watch->board_of(*stand.a) == stand.watch->board_of(*stand.a));
  CHECK(stand.watch->board_of(*stand.a) != stand.watch->board_of(*stand.b));
  const BlockingClock foreign;
  CHECK(stand.watch->board_of(foreign) != nullptr);
}
