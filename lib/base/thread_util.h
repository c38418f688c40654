// Threads of the library's own.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

namespace voiceagent {

// Gives the calling thread a name of at most 15 letters, for debuggers and `top -H`.
void name_this_thread(const char* name);

// Starts `body` on a thread; one that is not joinable() when the system gives none.
template <class Body>
std::thread start_thread(Body body) {
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace voiceagent
