// What is remembered of calls that nobody waits for any more, and how much.
#include "core/tools/overdue_calls.h"

#include <memory>
#include <string>

#include "support/catch.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"

using namespace voiceagent;

namespace {

struct Deaf final : ToolLineListener {
  void line_answered(std::uint64_t /*line*/, Result<std::string> /*result*/) override {}
  void line_progress(std::uint64_t /*line*/, std::string_view /*text*/,
                     ToolProgress /*how*/) override {}
};

struct Bench {
  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  Deaf deaf;
  OverdueCalls calls;

  std::shared_ptr<ToolLine> keep(std::uint64_t number) {
    PortContext ports;
    ports.executor = time;
    ports.logger = make_null_logger();
    auto line = std::make_shared<ToolLine>(
        ToolLineOptions{"book", "c", "s", number, arguments(number)}, ports, time->workers(), deaf);
    calls.keep(line);
    return line;
  }
  static Json arguments(std::uint64_t number) {
    return *Json::parse("{\"n\":" + std::to_string(number) + "}");
  }
  const OverdueCall* find(std::uint64_t number) {
    return calls.find("book", arguments(number), time->now());
  }
};

}  // namespace

TEST_CASE("overdue calls: of too many that work the oldest one is forgotten") {
  Bench bench;
  const auto first = bench.keep(1);
  for (std::uint64_t n = 2; n <= 64; ++n) bench.keep(n);
  CHECK(bench.find(1) != nullptr);
  bench.keep(65);
  CHECK(bench.find(1) == nullptr);
  CHECK_FALSE(first->listened_to());
  CHECK(bench.find(2) != nullptr);
  CHECK(bench.find(65) != nullptr);
}

TEST_CASE("overdue calls: of too many late results the oldest one is forgotten") {
  Bench bench;
  for (std::uint64_t n = 1; n <= 9; ++n) bench.keep(n);
  for (std::uint64_t n = 9; n >= 1; --n) {
    bench.calls.answered(n, std::to_string(n), bench.time->now());
  }
  CHECK(bench.find(9) == nullptr);
  REQUIRE(bench.find(1) != nullptr);
  CHECK(bench.find(1)->result == "1");
  CHECK(bench.find(8) != nullptr);
}

TEST_CASE("overdue calls: what was cut off gives no late result") {
  Bench bench;
  bench.keep(1)->cancel();
  bench.calls.answered(1, std::string("stopped"), bench.time->now());
  CHECK(bench.find(1) == nullptr);
}
