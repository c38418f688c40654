// Whether what somebody has said so far reads as a complete turn: the grammar's share in the
// decision that a turn has ended.
#pragma once

#include <string_view>

#include "core/turn/completeness/score.h"

namespace voiceagent {

// At this probability and above, a transcript rather reads as complete.
inline constexpr float kCompleteThreshold = 0.5F;

// At this one and above, hardly anybody goes on: the shortest silence is enough.
inline constexpr float kCertainThreshold = 0.85F;

// Scores a transcript, partial or final; only its last few dozen words count. `language` is a tag
// such as "en-US"; one that isn't known gives 0.5. Any bytes are accepted. Any thread; allocates
// only when a language is used for the first time.
Completeness score_completeness(std::string_view transcript, std::string_view language = "en-US",
                                CompletenessContext context = {});

}  // namespace voiceagent
