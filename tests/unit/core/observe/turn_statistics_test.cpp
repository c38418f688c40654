#include "voiceagent/turn_statistics.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

bool close_to(Duration seen, Duration exact) {
  const double error = std::abs(to_ms(seen) - to_ms(exact));
  return error <= std::max(0.001, to_ms(exact) * LatencyHistogram::kRelativeError);
}

}  // namespace

TEST_CASE("a histogram without durations says 0") {
  const LatencyHistogram none;
  CHECK(none.count() == 0);
  CHECK(none.max() == 0ms);
  CHECK(none.quantile(0.5) == 0ms);
}

TEST_CASE("quantiles of any size are right to within the stated error") {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(0.0, 9.5);
  LatencyHistogram histogram;
  std::vector<Duration> all;
  for (int i = 0; i < 5000; ++i) {
    const auto us = static_cast<std::int64_t>(std::pow(10.0, exponent(random)));
    all.push_back(std::chrono::microseconds(us));
    histogram.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double q : {0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double rank = std::max(1.0, std::ceil(q * 5000));
    const Duration exact = all[static_cast<std::size_t>(rank) - 1];
    INFO(q << ": " << to_ms(exact) << " ms, seen " << to_ms(histogram.quantile(q)));
    CHECK(close_to(histogram.quantile(q), exact));
  }
}

TEST_CASE("every duration falls into a bucket close to it") {
  for (Duration::rep us = 1; us < 4'000'000'000; us = us + us / 97 + 1) {
    const Duration exact = std::chrono::microseconds(us);
    LatencyHistogram histogram;
    histogram.add(exact);
    histogram.add(1h + 20min);  // else the maximum would be the answer
    if (!close_to(histogram.quantile(0.5), exact)) FAIL(us << " us");
  }
}

TEST_CASE("what is too long or negative is counted all the same") {
  LatencyHistogram histogram;
  histogram.add(-5ms);
  histogram.add(24h);
  histogram.add(48h);
  CHECK(histogram.count() == 3);
  CHECK(histogram.quantile(0.3) == 0ms);
  CHECK(close_to(histogram.quantile(0.6), LatencyHistogram::kLongest));
  CHECK(histogram.max() == 48h);
  CHECK(histogram.quantile(1) == 48h);
}

TEST_CASE("quantiles stay between the shortest and the longest") {
  LatencyHistogram histogram;
  for (int i = 0; i < 3; ++i) histogram.add(300ms);
  CHECK(histogram.min() == 300ms);
  CHECK(histogram.quantile(0.5) == 300ms);
  histogram.merge(LatencyHistogram());
  CHECK(histogram.min() == 300ms);
}

TEST_CASE("merged histograms count what both counted") {
  LatencyHistogram fast, slow;
  for (int i = 0; i < 90; ++i) fast.add(100ms);
  for (int i = 0; i < 10; ++i) slow.add(2s);
  fast.merge(slow);
  CHECK(fast.count() == 100);
  CHECK(close_to(fast.quantile(0.5), 100ms));
  CHECK(close_to(fast.quantile(0.9), 100ms));
  CHECK(close_to(fast.quantile(0.91), 2s));
  CHECK(fast.max() == 2s);
}

TEST_CASE("a stage that a turn did not reach is not counted") {
  TurnStatistics statistics;
  event::TurnMetrics metrics;
  metrics.endpointing = 300ms;
  metrics.response = 700ms;
  statistics.add(metrics);
  CHECK(statistics.turns() == 1);
  CHECK(close_to(statistics.stage(TurnStage::kEndpoint).quantile(0.5), 300ms));
  CHECK(close_to(statistics.stage(TurnStage::kFirstFrame).quantile(0.5), 700ms));
  CHECK(statistics.stage(TurnStage::kFirstToken).count() == 0);
}

TEST_CASE("statistics hear the turns of all sessions that they listen to") {
  TurnStatistics statistics;
  std::vector<std::unique_ptr<test::SessionRig>> rigs;
  for (int i = 0; i < 2; ++i) {
    rigs.push_back(std::make_unique<test::SessionRig>(test::scripted_agent("it is noon")));
    statistics.listen(*rigs.back()->session);
    rigs.back()->say("what time is it");
    REQUIRE(rigs.back()->settle());
  }
  CHECK(statistics.turns() == 2);
  for (std::size_t i = 0; i < kTurnStages; ++i) {
    const auto stage = static_cast<TurnStage>(i);
    INFO(to_string(stage));
    const bool of_interruptions = stage == TurnStage::kBargeIn || stage == TurnStage::kSilence;
    CHECK(statistics.stage(stage).count() == (of_interruptions ? 0 : 2));
  }
  const auto heard = Json::parse(rigs[0]->json("turn_metrics"));
  REQUIRE(heard.ok());
  const auto response = std::chrono::duration<double, std::milli>((*heard)["response_ms"].number());
  CHECK(close_to(statistics.stage(TurnStage::kFirstFrame).quantile(0.5),
                 std::chrono::duration_cast<Duration>(response)));
}

TEST_CASE("sessions may outlive the statistics") {
  auto statistics = std::make_unique<TurnStatistics>();
  test::SessionRig rig(test::scripted_agent("it is noon"));
  statistics->listen(*rig.session);
  statistics.reset();
  rig.say("what time is it");
  CHECK(rig.settle());
}

TEST_CASE("merged statistics have the turns of both") {
  TurnStatistics one, other;
  event::TurnMetrics metrics;
  metrics.llm_first_token = 50ms;
  one.add(metrics);
  other.add(metrics);
  other.add(metrics);
  one.merge(other);
  one.merge(one);
  CHECK(one.turns() == 6);
  CHECK(one.stage(TurnStage::kFirstToken).count() == 6);
  CHECK(other.turns() == 2);
}

TEST_CASE("counting a turn allocates nothing") {
  TurnStatistics statistics;
  event::TurnMetrics metrics;
  metrics.response = 250ms;
  const std::uint64_t before = test::allocations();
  for (int i = 0; i < 100; ++i) statistics.add(metrics);
  CHECK(test::allocations() == before);
}

TEST_CASE("turns are counted from several threads") {
  TurnStatistics statistics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&statistics] {
      event::TurnMetrics metrics;
      for (int i = 0; i < 500; ++i) {
        metrics.response = std::chrono::milliseconds(i);
        statistics.add(metrics);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(statistics.turns() == 2000);
  CHECK(statistics.stage(TurnStage::kFirstFrame).max() == 499ms);
}
