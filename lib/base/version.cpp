#include "voiceagent/version.h"

namespace voiceagent {

const char* version() noexcept { return VOICEAGENT_VERSION; }

}  // namespace voiceagent
