#include "base/wait_lengths.h"

#include <chrono>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

TEST_CASE("no wait has no length") { CHECK(WaitLengths().percentile(99) == 0ms); }

TEST_CASE("the latest 256 waits count") {
  WaitLengths waits;
  for (int i = 0; i < 100; ++i) waits.add(9s);
  for (int i = 256; i > 0; --i) waits.add(i * 1ms);
  CHECK(waits.percentile(50) == 129ms);
  CHECK(waits.percentile(99) == 254ms);
}
