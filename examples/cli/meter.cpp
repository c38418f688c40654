#include "meter.h"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace cli {

Meter::Meter() : wall_(std::chrono::steady_clock::now()), cpu_(std::clock()) {}

double Meter::wall_seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
}

double Meter::cpu_seconds() const {
  return static_cast<double>(std::clock() - cpu_) / static_cast<double>(CLOCKS_PER_SEC);
}

double Meter::peak_rss_megabytes() {
  constexpr std::string_view kPeak = "VmHWM:";  // of Linux, in kilobytes
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kPeak)) continue;
    double kilobytes = 0;
    std::istringstream(line.substr(kPeak.size())) >> kilobytes;
    return kilobytes / 1024;
  }
  return 0;
}

}  // namespace cli
