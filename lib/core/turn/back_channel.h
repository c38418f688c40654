// Back-channels: what people say to show that they listen, without wanting the floor.
#pragma once

#include <string_view>

namespace voiceagent {

// Whether the text has words, and all of them are back-channels ("mm-hm", "yeah", "okay") in the
// language (BCP 47; one that isn't known knows the hummed ones only). `growing`: the last word may
// be the beginning of a longer one. Allocates nothing.
bool is_back_channel(std::string_view text, std::string_view language, bool growing);

// Whether one of the words is what people say to stop somebody who speaks: "stop", "wait", "what?".
// In languages that aren't known none is.
bool asks_for_the_floor(std::string_view text, std::string_view language);

}  // namespace voiceagent
