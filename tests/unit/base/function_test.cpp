#include "voiceagent/function.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "support/alloc_counter.h"
#include "support/catch.h"

using namespace voiceagent;
using voiceagent::test::allocations;

namespace {

// A callable of a chosen size that counts how many of it exist.
template <std::size_t Size, bool NothrowMove = true>
struct Counted {
  explicit Counted(int* counter) : alive(counter) { ++*alive; }
  Counted(Counted&& other) noexcept(NothrowMove) : alive(other.alive) { ++*alive; }
  ~Counted() { --*alive; }
  int operator()() const { return *alive; }
  int* alive;
  std::array<char, Size - sizeof(int*)> filling{};
};

}  // namespace

TEST_CASE("a function calls what it was made from") {
  UniqueFunction<int(int, int)> add = [](int a, int b) { return a + b; };
  CHECK(add(2, 3) == 5);
  int (*pointer)(int, int) = [](int a, int b) { return a * b; };
  UniqueFunction<int(int, int)> multiply = pointer;
  CHECK(multiply(2, 3) == 6);
}

TEST_CASE("an empty function knows that it is empty") {
  UniqueFunction<void()> empty;
  CHECK_FALSE(empty);
  UniqueFunction<void()> null = nullptr;
  CHECK_FALSE(null);
  empty = [] {};
  CHECK(empty);
  empty = nullptr;
  CHECK_FALSE(empty);
}

TEST_CASE("a capture may be move-only") {
  UniqueFunction<int()> function = [value = std::make_unique<int>(7)] { return *value; };
  CHECK(function() == 7);
}

TEST_CASE("moving a function leaves the other one empty") {
  UniqueFunction<int()> one = [] { return 1; };
  UniqueFunction<int()> two = std::move(one);
  CHECK_FALSE(one);  // NOLINT: that is the promise
  REQUIRE(two);
  CHECK(two() == 1);
  UniqueFunction<int()>& self = two;
  two = std::move(self);
  REQUIRE(two);
  CHECK(two() == 1);
}

TEST_CASE("state inside a function lasts from call to call") {
  UniqueFunction<int()> count = [n = 0]() mutable { return ++n; };
  count();
  UniqueFunction<int()> moved = std::move(count);
  CHECK(moved() == 2);
}

TEST_CASE("arguments and results are passed on without copies") {
  UniqueFunction<std::unique_ptr<int>(std::unique_ptr<int>, int&)> function =
      [](std::unique_ptr<int> p, int& n) {
        n = *p;
        return p;
      };
  int n = 0;
  auto p = std::make_unique<int>(4);
  int* address = p.get();
  p = function(std::move(p), n);
  CHECK(n == 4);
  CHECK(p.get() == address);
}

TEST_CASE("a function that returns nothing may be made from one that returns something") {
  int called = 0;
  UniqueFunction<void()> function = [&called] { return ++called; };
  function();
  const std::array<char, 100> large{};
  UniqueFunction<void()> heap = [&called, large] { return ++called + large[0]; };
  heap();
  CHECK(called == 2);
}

TEST_CASE("captures of up to the capacity need no allocation") {
  int alive = 0;
  const std::uint64_t before = allocations();
  {
    UniqueFunction<int()> function = Counted<64>(&alive);
    UniqueFunction<int()> moved = std::move(function);
    moved();
  }
  CHECK(allocations() == before);
  CHECK(alive == 0);
}

TEST_CASE("larger callables, and those whose move may throw, live on the heap") {
  int alive = 0;
  std::uint64_t before = allocations();
  {
    UniqueFunction<int()> function = Counted<65>(&alive);
    CHECK(allocations() == before + 1);
    UniqueFunction<int()> moved = std::move(function);
    CHECK(moved() == 1);
  }
  CHECK(alive == 0);
  before = allocations();
  {
    UniqueFunction<int()> function = Counted<16, false>(&alive);
    CHECK(allocations() == before + 1);
    CHECK(function() == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("a function destroys what it holds, once") {
  int alive = 0;
  UniqueFunction<int()> function = Counted<32>(&alive);
  CHECK(alive == 1);
  function = Counted<80>(&alive);
  CHECK(alive == 1);
  function = [] { return 0; };
  CHECK(alive == 0);
}
