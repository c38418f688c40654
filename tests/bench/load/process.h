// What another process uses.
#pragma once

#include <cstdint>

namespace voiceagent::bench {

struct ProcessUsage {
  double cpu_seconds = 0;        // of all its threads, since its beginning
  std::int64_t resident_kb = 0;  // memory
};

// From /proc; zeros where there is none.
ProcessUsage process_usage(int pid);

}  // namespace voiceagent::bench
