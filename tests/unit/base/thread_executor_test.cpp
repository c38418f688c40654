#include <array>
#include <string>

#include "support/catch.h"
#include "support/gate.h"
#include "voiceagent/executor.h"

#if defined(__linux__)
#include <pthread.h>

// What an executor promises is in tests/conformance/executor_conformance_test.cpp.
TEST_CASE("the executor's thread has a name") {
  const auto executor = voiceagent::make_thread_executor();
  voiceagent::test::Gate done;
  std::array<char, 16> name{};
  executor->post([&] {
    pthread_getname_np(pthread_self(), name.data(), name.size());
    done.open();
  });
  REQUIRE(done.wait());
  CHECK(std::string(name.data()) == "va-executor");
}
#endif
