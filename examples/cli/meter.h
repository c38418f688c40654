// What the work costs: time on the wall, time on the processors, memory.
#pragma once

#include <chrono>
#include <ctime>

namespace cli {

class Meter {
 public:
  // Counts from now on.
  Meter();
  double wall_seconds() const;
  double cpu_seconds() const;          // of the whole process, all threads
  static double peak_rss_megabytes();  // since the process began; 0 where nobody tells

 private:
  std::chrono::steady_clock::time_point wall_;
  std::clock_t cpu_;
};

}  // namespace cli
