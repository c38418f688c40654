// English: which of its classes a word has where it stands.
#pragma once

#include "core/turn/completeness/words.h"

namespace voiceagent::turns {

// The classes of a word that isn't in the lexicon: those of its stem, or what its ending tells.
WordClass guess_english(const Lexicon& lexicon, std::string_view word);

// Removes the classes that the neighbours rule out.
void resolve_english(Words& words);

}  // namespace voiceagent::turns
