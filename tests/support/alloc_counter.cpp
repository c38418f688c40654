#include "support/alloc_counter.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

std::atomic<std::uint64_t> count{0};
std::atomic<std::int64_t> bytes{0};  // that are in use

std::int64_t size_of(void* memory) {
#ifdef __GLIBC__
  return static_cast<std::int64_t>(malloc_usable_size(memory));
#else
  return memory == nullptr ? 0 : 1;  // blocks, where nobody knows their sizes
#endif
}

void* noted(void* memory) noexcept {
  count.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size_of(memory), std::memory_order_relaxed);
  return memory;
}

void* counted(std::size_t size) noexcept { return noted(std::malloc(size != 0 ? size : 1)); }

void release(void* memory) noexcept {
  bytes.fetch_sub(size_of(memory), std::memory_order_relaxed);
  std::free(memory);
}

void* counted_aligned(std::size_t size, std::align_val_t alignment) noexcept {
  const auto unit = static_cast<std::size_t>(alignment);
  return noted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

namespace voiceagent::test {

std::uint64_t allocations() { return count.load(std::memory_order_relaxed); }
std::int64_t allocated_bytes() { return bytes.load(std::memory_order_relaxed); }

}  // namespace voiceagent::test

// All forms, because a sanitizer brings its own of those that are left out, and wonders at memory
// that comes from its new[] and goes to our delete.
void* operator new(std::size_t size) { return or_throw(counted(size)); }
void* operator new[](std::size_t size) { return or_throw(counted(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(counted_aligned(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(counted_aligned(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted_aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted_aligned(size, alignment);
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  release(memory);
}
