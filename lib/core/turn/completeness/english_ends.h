// English: last words that leave a sentence open, or close it whatever came before.
#pragma once

#include <optional>

#include "core/turn/completeness/english_clause.h"
#include "core/turn/completeness/score.h"
#include "core/turn/completeness/words.h"

namespace voiceagent::turns {

std::optional<Completeness> judge_english_end(const Words& words, const EnglishClause& clause,
                                              const CompletenessContext& context);

}  // namespace voiceagent::turns
