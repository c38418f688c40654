#include "server/host/clip_store.h"

#include <chrono>
#include <string>

#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::server;
using namespace std::chrono_literals;

namespace {

const transports::Principal kAnn{"ann", false};
const transports::Principal kBob{"bob", false};
const transports::Principal kNobody{"connection:1", true};

transports::Clip clip(std::size_t bytes) { return {"audio/wav", std::string(bytes, 'x')}; }

}  // namespace

TEST_CASE("a clip is its owner's, and gone once it has expired") {
  ClipStore store(10s, 1'000);
  const auto name = store.keep(kAnn, clip(100), 0s);
  REQUIRE(name.ok());
  CHECK(name->size() >= 20);
  const auto found = store.find(*name, kAnn, 9s);
  REQUIRE(found != nullptr);
  CHECK(found->bytes.size() == 100);
  CHECK(store.find(*name, kBob, 9s) == nullptr);
  CHECK(store.find("x", kAnn, 9s) == nullptr);
  CHECK(store.find(*name, kAnn, 10s) == nullptr);
  CHECK(store.statistics().clips == 0);
  CHECK(store.statistics().bytes == 0);
}

TEST_CASE("the clip of a nameless client is whoever's knows its name") {
  ClipStore store(10s, 1'000);
  const auto name = store.keep(kNobody, clip(1), 0s);
  REQUIRE(name.ok());
  CHECK(store.find(*name, kBob, 0s) != nullptr);
}

TEST_CASE("clips never take more memory than they may: the oldest go") {
  ClipStore store(10s, 250);
  const auto first = store.keep(kAnn, clip(100), 0s);
  const auto second = store.keep(kAnn, clip(100), 0s);
  const auto third = store.keep(kAnn, clip(100), 0s);
  CHECK(store.find(*first, kAnn, 0s) == nullptr);
  CHECK(store.find(*second, kAnn, 0s) != nullptr);
  CHECK(store.find(*third, kAnn, 0s) != nullptr);
  CHECK(store.statistics().bytes == 200);
  CHECK(store.keep(kAnn, clip(251), 0s).status().code() == ErrorCode::kResourceExhausted);
  CHECK(store.statistics().clips == 2);
}
