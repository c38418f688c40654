// An open C stream that closes itself, and the system's words for what went wrong with it.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

namespace voiceagent {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, FileCloser>;

// For an errno; unlike strerror, safe in any thread.
inline std::string system_reason(int error) { return std::generic_category().message(error); }

}  // namespace voiceagent
