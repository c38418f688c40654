#include "terminal.h"

#include <filesystem>
#include <string>
#include <system_error>

namespace cli {

bool is_terminal(int stream) {
  namespace fs = std::filesystem;
  const fs::path path = "/dev/fd/" + std::to_string(stream);
  std::error_code error;
  return fs::is_character_file(path, error) && !fs::equivalent(path, "/dev/null", error);
}

}  // namespace cli
