#include "bench/load/process.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace voiceagent::bench {

ProcessUsage process_usage(int pid) {
  ProcessUsage usage;
  const std::string folder = "/proc/" + std::to_string(pid);
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator(folder + "/task", error)) {
    double nanoseconds = 0;  // the first number
    std::ifstream(thread.path() / "schedstat") >> nanoseconds;
    usage.cpu_seconds += nanoseconds / 1e9;
  }
  std::ifstream status(folder + "/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> usage.resident_kb;
  }
  return usage;
}

}  // namespace voiceagent::bench
