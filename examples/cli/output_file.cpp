#include "output_file.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace cli {

namespace va = voiceagent;

va::Status check_output(const std::string& path, const std::string& input) {
  if (path.empty()) return {};
  std::error_code error;
  if (!input.empty() && std::filesystem::equivalent(path, input, error)) {
    return va::invalid_argument(path + ": is the input too; give the output another name");
  }
  const bool existed = std::filesystem::exists(path, error);
  std::FILE* file = std::fopen(path.c_str(), "ab");
  if (file == nullptr) {
    return va::io_error(path + ": cannot write: " + std::generic_category().message(errno) +
                        "; choose a file in a folder that exists and that you may write to");
  }
  std::fclose(file);
  if (!existed) std::filesystem::remove(path, error);
  return {};
}

}  // namespace cli
