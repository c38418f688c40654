#pragma once

#include <cstdint>

namespace voiceagent::test {

// How often operator new was called since the program began, by any thread: for promises that
// something allocates nothing. Programs that ask get a counting operator new.
std::uint64_t allocations();

// What came from operator new and is in use: bytes, rounded up as the allocator does (blocks where
// the C library can't say their sizes). To the byte and under sanitizers, other than heap_bytes().
std::int64_t allocated_bytes();

}  // namespace voiceagent::test
