#include "config/read_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

namespace voiceagent {
namespace {

constexpr std::size_t kMaxBytes = 1024 * 1024;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Status system_error(const std::string& path, const char* what, int error) {
  std::string message = path + ": cannot " + what + ": " + std::generic_category().message(error);
  return error == ENOENT ? not_found(std::move(message)) : io_error(std::move(message));
}

}  // namespace

Result<std::string> read_config_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rb"));
  if (!file) return system_error(path, "open", errno);
  std::string text;
  char block[4096];
  while (const std::size_t count = std::fread(block, 1, sizeof block, file.get())) {
    text.append(block, count);
    if (text.size() > kMaxBytes) {
      return invalid_argument(path + ": more than 1 MiB: this is no configuration file");
    }
  }
  if (std::ferror(file.get()) != 0) return system_error(path, "read", errno);
  return text;
}

}  // namespace voiceagent
