// How much memory the program holds, by the allocator's own account: malloc counts as well as new.
#pragma once

#include <cstddef>

#include "support/sanitized.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace voiceagent::test {

#ifdef __GLIBC__
// Whether heap_bytes() can be believed: a sanitizer brings an allocator of its own.
inline constexpr bool kHeapIsMeasured = !kSanitized;

// Bytes in use on the heap, by all threads.
inline std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}
#else
inline constexpr bool kHeapIsMeasured = false;
inline std::size_t heap_bytes() { return 0; }
#endif

}  // namespace voiceagent::test
