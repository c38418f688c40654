// English: words and fixed expressions.
#pragma once

#include <span>

#include "core/turn/completeness/language.h"

namespace voiceagent::turns {

const Lexicon& english_lexicon();
std::span<const Phrase> english_phrases();

}  // namespace voiceagent::turns
