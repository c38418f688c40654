#include "providers/stt/pocketsphinx/decoder_pool.h"

#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace voiceagent::pocketsphinx;

namespace {

// Leases of this pool are never begun: no decoder is made.
std::shared_ptr<DecoderPool> pool_of(std::size_t max_decoders) {
  return std::make_shared<DecoderPool>(system_model(), max_decoders);
}

struct Waiter final : DecoderPool::Waiter {
  explicit Waiter(std::string* order_of_grants = nullptr, char letter = 'w')
      : order(order_of_grants), name(letter) {}

  bool granted(DecoderLease& offered) override {
    if (order != nullptr) *order += name;
    if (takes) lease = std::move(offered);
    return takes;
  }

  std::string* const order;
  const char name;
  bool takes = true;
  DecoderLease lease;
};

}  // namespace

TEST_CASE("so many leases are given as there may be decoders") {
  const auto pool = pool_of(2);
  const auto waiter = std::make_shared<Waiter>();
  DecoderLease first = pool->acquire(waiter);
  const DecoderLease second = pool->acquire(waiter);
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(pool->acquire(waiter));
  CHECK_FALSE(waiter->lease);
  first.give_back();
  CHECK_FALSE(first);
  CHECK(waiter->lease);
}

TEST_CASE("a lease goes back when it goes away or is replaced") {
  const auto pool = pool_of(1);
  const auto waiter = std::make_shared<Waiter>();
  CHECK(pool->acquire(waiter));
  DecoderLease lease = pool->acquire(waiter);
  REQUIRE(lease);
  lease = DecoderLease();
  CHECK(pool->acquire(waiter));
}

TEST_CASE("who has waited longest is next, each once") {
  const auto pool = pool_of(1);
  std::string order;
  const auto a = std::make_shared<Waiter>(&order, 'a');
  const auto b = std::make_shared<Waiter>(&order, 'b');
  const auto c = std::make_shared<Waiter>(&order, 'c');
  DecoderLease lease = pool->acquire(a);
  for (const auto& waiter : {a, b, c}) CHECK_FALSE(pool->acquire(waiter));
  lease.give_back();
  a->lease.give_back();
  b->lease.give_back();
  c->lease.give_back();
  CHECK(order == "abc");
  CHECK(pool->acquire(a));
}

TEST_CASE("who has given up waiting, gone away or declines is passed over") {
  const auto pool = pool_of(1);
  std::string order;
  const auto quitter = std::make_shared<Waiter>(&order, 'q');
  auto ghost = std::make_shared<Waiter>(&order, 'g');
  const auto decliner = std::make_shared<Waiter>(&order, 'd');
  decliner->takes = false;
  const auto last = std::make_shared<Waiter>(&order, 'l');
  DecoderLease lease = pool->acquire(last);
  for (const auto& waiter : {quitter, ghost, decliner, last}) {
    CHECK_FALSE(pool->acquire(waiter));
  }
  pool->forget(quitter.get());
  ghost.reset();
  lease.give_back();
  CHECK(order == "dl");
  CHECK(last->lease);
}

TEST_CASE("a lease may outlive who holds the pool") {
  auto pool = pool_of(1);
  const DecoderLease lease = pool->acquire(std::make_shared<Waiter>());
  pool.reset();
  CHECK(lease);
}

TEST_CASE("a decoder that the library has failed is not lent again") {
  const auto pool = pool_of(1);
  REQUIRE(pool->warm().ok());
  {
    DecoderLease lease = pool->acquire(nullptr);
    CHECK_FALSE(lease.item().end().ok());  // no utterance has begun
  }
  CHECK(pool->status().idle == 0);
  CHECK(pool->status().failed == 1);
  DecoderLease next = pool->acquire(nullptr);
  REQUIRE(next.make().ok());
  CHECK(next.item().begin().ok());
  next.give_back();
  CHECK(pool->status().idle == 1);
}
