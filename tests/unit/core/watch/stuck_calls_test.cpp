// The report of a call that does not return.
#include "core/watch/stuck_calls.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/watch/executor_watch.h"
#include "support/catch.h"
#include "support/gate.h"
#include "support/log_lines.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;
using namespace std::chrono_literals;

namespace {

// Two boards, and who looks at them.
struct Stand {
  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<LogLines> log = std::make_shared<LogLines>();
  std::shared_ptr<CallBoard> a = std::make_shared<CallBoard>(*time);
  std::shared_ptr<CallBoard> b = std::make_shared<CallBoard>(*time);
  StuckCalls stuck{time, log};

  Stand() {
    stuck.watch(a);
    stuck.watch(b);
  }
};

}  // namespace

TEST_CASE("a call that does not return is reported once, by its name and with its time") {
  Stand stand;
  {
    const Call call(stand.b.get(), {stand.b->owner("tool", "book"), CallWhat::kHandler});
    stand.time->run_for(1'499ms);
    CHECK(stand.log->count() == 0);
    stand.time->run_for(1h);
  }
  CHECK(stand.log->count() == 1);
  CHECK(stand.log->with("has not returned") ==
        "engine: tool 'book' has held an executor for 1000 ms or more, and has not returned");
  const Call again(stand.b.get(), {stand.b->owner("tool", "book"), CallWhat::kHandler});
  stand.time->run_for(1h);
  CHECK(stand.log->count() == 2);
}

TEST_CASE("calls that return are not reported, however many of them there are") {
  Stand stand;
  for (int i = 0; i < 100; ++i) {
    const Call call(stand.a.get(), {stand.a->owner("vad", "level"), CallWhat::kProcess});
    stand.time->run_for(400ms);
  }
  stand.time->run_for(1h);
  CHECK(stand.log->count() == 0);
}

TEST_CASE("a board that has gone is not looked at") {
  Stand stand;
  const Call call(stand.a.get(), {0, CallWhat::kStrategy});
  stand.b.reset();
  stand.time->run_for(2s);
  CHECK(stand.log->count() == 1);
}

TEST_CASE("a thread that hangs is reported while it does") {
  class Listener final : public Logger {
   public:
    Gate told;
    std::string line;  // once told
    void write(LogLevel, std::string_view, std::string_view message) override {
      line = message;
      told.open();
    }
    bool wants(LogLevel) const override { return true; }
  };
  Gate hang;
  const auto log = std::make_shared<Listener>();
  const auto executor = make_thread_executor();
  auto watch = std::make_unique<ExecutorWatch>(
      std::vector<std::shared_ptr<Executor>>{executor},
      ExecutorWatch::Options{Duration(0), {}, make_thread_executor(), log});
  executor->post([&hang, board = watch->board_of(*executor)] {
    const Call call(board.get(), {board->owner("vad", "webrtc"), CallWhat::kProcess});
    (void)hang.wait();
  });
  CHECK(log->told.wait());
  hang.open();
  watch.reset();
  CHECK(contains(log->line, "vad 'webrtc' process() has held an executor for 1"));
}
