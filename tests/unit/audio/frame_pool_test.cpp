#include "audio/frame_pool.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "support/alloc_counter.h"
#include "support/catch.h"

using voiceagent::FramePool;
using voiceagent::FramePtr;
using voiceagent::test::allocations;

TEST_CASE("a frame has the size that was asked for") {
  const auto pool = FramePool::create(960, 4);
  for (const std::size_t size : {0, 1, 320, 960}) CHECK(pool->take(size)->samples().size() == size);
  CHECK(pool->max_samples() == 960);
}

TEST_CASE("a frame that came back is used again, whatever its size") {
  const auto pool = FramePool::create(960, 4);
  for (std::size_t i = 0; i < 100; ++i) pool->take(i)->samples();
  CHECK(pool->allocated() == 1);
}

TEST_CASE("a frame stays with its owners until the last one is gone") {
  const auto pool = FramePool::create(4, 4);
  FramePtr first = pool->take(4);
  first->samples()[0] = 42;
  FramePtr second = first;
  first = FramePtr();
  CHECK_FALSE(first);
  FramePtr other = pool->take(4);
  CHECK(pool->allocated() == 2);
  other->samples()[0] = 7;
  CHECK(second->samples()[0] == 42);
  const FramePtr moved = std::move(second);
  CHECK(moved->samples()[0] == 42);
}

TEST_CASE("a pool that has seen the largest demand allocates nothing more") {
  const auto pool = FramePool::create(960, 4);
  const auto use_three = [&pool] {
    FramePtr frames[] = {pool->take(960), pool->take(320), pool->take(1)};
    const FramePtr shared = frames[0];
    frames[1] = FramePtr();
  };
  use_three();
  const auto before = allocations();
  for (int i = 0; i < 100; ++i) use_three();
  CHECK(allocations() == before);
  CHECK(pool->allocated() == 3);
}

TEST_CASE("frames that come back beyond max_free are freed") {
  const auto pool = FramePool::create(4, 2);
  std::vector<FramePtr> frames(5);
  for (FramePtr& frame : frames) frame = pool->take(4);
  frames.clear();
  CHECK(pool->allocated() == 5);
  frames.resize(3);
  for (FramePtr& frame : frames) frame = pool->take(4);
  CHECK(pool->allocated() == 6);  // two waited
}

TEST_CASE("a pool that nobody holds lives as long as its last frame") {
  auto pool = FramePool::create(4, 2);
  FramePtr frame = pool->take(4);
  const std::weak_ptr<FramePool> alive = pool;
  pool.reset();
  CHECK_FALSE(alive.expired());
  frame->samples()[3] = 1;
  frame = FramePtr();
  CHECK(alive.expired());
}

// Under the thread sanitizer this also shows that samples written by one owner are safe to reuse.
TEST_CASE("frames come back from other threads") {
  constexpr int kThreads = 4;
  constexpr int kFrames = 500;
  const auto pool = FramePool::create(16, 64);
  std::mutex mutex;
  std::vector<FramePtr> mailbox;
  std::atomic<int> wrong{0};
  const auto work = [&](int id) {
    for (int i = 0; i < kFrames; ++i) {
      FramePtr mine = pool->take(16);
      std::ranges::fill(mine->samples(), static_cast<std::int16_t>(id));
      FramePtr theirs;
      {
        const std::lock_guard lock(mutex);
        mailbox.push_back(mine);
        if (mailbox.size() > 8) {
          theirs = mailbox.front();
          mailbox.erase(mailbox.begin());
        }
      }
      if (!theirs) continue;
      const auto samples = theirs->samples();
      if (std::ranges::count(samples, samples[0]) != 16) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int id = 0; id < kThreads; ++id) threads.emplace_back(work, id);
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(pool->allocated() <= 8 + 3 * kThreads);
}
