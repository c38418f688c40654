#pragma once

#include <cstdint>

namespace voiceagent::test {

// How often operator new was called since the program began, by any thread: for promises that
// something allocates nothing. Programs that ask get a counting operator new.
std::uint64_t allocations();

}  // namespace voiceagent::test
