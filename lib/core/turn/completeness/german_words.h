// German: words and fixed expressions. Fewer than of English.
#pragma once

#include <span>

#include "core/turn/completeness/language.h"

namespace voiceagent::turns {

const Lexicon& german_lexicon();
std::span<const Phrase> german_phrases();

}  // namespace voiceagent::turns
