#include "base/thread_util.h"

#if defined(__linux__)
#include <pthread.h>
#endif

namespace voiceagent {

void name_this_thread([[maybe_unused]] const char* name) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name);
#endif
}

}  // namespace voiceagent
