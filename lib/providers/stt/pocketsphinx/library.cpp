#include "providers/stt/pocketsphinx/library.h"

#include <sphinxbase/err.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

#include "base/text.h"

namespace voiceagent::pocketsphinx {
namespace {

thread_local std::string last_error;

// Lines read `ERROR: "file.c", line 12: what`.
void note(void* /*unused*/, err_lvl_t level, const char* format, ...) {
  if (level != ERR_ERROR && level != ERR_FATAL) return;
  char line[512];
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (level == ERR_FATAL) std::fprintf(stderr, "pocketsphinx: %s", line);
  last_error = trim(line);
}

}  // namespace

void tame_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    err_set_logfp(nullptr);
    err_set_callback(&note, nullptr);
  });
}

std::string take_library_error() {
  const std::string error = std::exchange(last_error, {});
  return error.empty() ? error : ": " + escape_control(error);
}

}  // namespace voiceagent::pocketsphinx
