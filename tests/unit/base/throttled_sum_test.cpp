#include "base/throttled_sum.h"

#include <chrono>
#include <memory>
#include <string>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

struct Rig {
  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::string told;
  std::unique_ptr<ThrottledSum> sum = std::make_unique<ThrottledSum>(
      time, 5s, [this](std::uint64_t amount) { told += std::to_string(amount) + ' '; });
};

}  // namespace

TEST_CASE("of what comes often, the first is told at once and the rest once in a period") {
  Rig rig;
  for (int i = 0; i < 1000; ++i) rig.sum->add(2);
  CHECK(rig.told == "2 ");
  rig.time->run_for(4999ms);
  CHECK(rig.told == "2 ");
  rig.time->run_for(1ms);
  CHECK(rig.told == "2 1998 ");
  rig.sum->add(7);
  CHECK(rig.told == "2 1998 ");
  rig.time->run_for(5s);
  CHECK(rig.told == "2 1998 7 ");
}

TEST_CASE("after a quiet period what comes is told at once again") {
  Rig rig;
  rig.sum->add(1);
  rig.time->run_for(5s);
  rig.sum->add(3);
  CHECK(rig.told == "1 3 ");
}

TEST_CASE("a sum that has gone tells nothing") {
  Rig rig;
  rig.sum->add(1);
  rig.sum->add(1);
  rig.sum.reset();
  rig.time->run_for(1min);
  CHECK(rig.told == "1 ");
}
