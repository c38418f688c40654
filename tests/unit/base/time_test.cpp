#include "voiceagent/time.h"

#include <cstdint>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

TEST_CASE("samples last as long as their rate says") {
  CHECK(samples_to_duration(16'000, 16'000) == 1s);
  CHECK(samples_to_duration(160, 8'000) == 20ms);
  CHECK(samples_to_duration(441, 44'100) == 10ms);
  CHECK(samples_to_duration(0, 48'000) == 0s);
}

TEST_CASE("a duration holds whole samples only") {
  CHECK(duration_to_samples(1s, 16'000) == 16'000);
  CHECK(duration_to_samples(20ms, 24'000) == 480);
  CHECK(duration_to_samples(10ms, 11'025) == 110);
  CHECK(duration_to_samples(1ms - 1ns, 1'000) == 0);
}

TEST_CASE("years of samples at high rates don't overflow") {
  const std::int64_t year = std::int64_t{365} * 24 * 3600;
  CHECK(samples_to_duration(year * 192'000, 192'000) == std::chrono::seconds(year));
  CHECK(duration_to_samples(std::chrono::seconds(year), 192'000) == year * 192'000);
}

TEST_CASE("milliseconds have fractions") {
  CHECK(to_ms(1500us) == 1.5);
  CHECK(to_ms(-2ms) == -2.0);
}
