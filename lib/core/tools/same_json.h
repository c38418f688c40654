// Whether two JSON values mean the same.
#pragma once

#include "voiceagent/json.h"

namespace voiceagent {

// The order of members doesn't matter; 1 and 1.0 differ.
bool same_json(const Json& a, const Json& b);

}  // namespace voiceagent
