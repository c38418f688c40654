// A language that can be scored: its words, and the rules that judge how they end.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/turn/completeness/score.h"
#include "core/turn/completeness/words.h"

namespace voiceagent::turns {

struct Language {
  std::string_view tag;  // "en"
  Spelling spelling;
  // Judges at least one word, without regard to its punctuation. May change the words.
  Completeness (*judge)(Words& words, const CompletenessContext& context) = nullptr;
};

const Language& english();
const Language& german();

// A fixed expression: how it leaves a transcript that ends in it, or that is nothing else.
struct Phrase {
  std::string_view words;  // In lower case, clitics apart: "let 's see".
  float probability;
  std::string_view reason;
  bool alone = false;  // Only where nothing else was said.
};

// The longest phrase that the words end in. The sentence begins behind `lead` words that say
// nothing: "well", "no".
std::optional<Completeness> judge_phrase(const Words& words, std::size_t lead,
                                         std::span<const Phrase> phrases);

// Judges a transcript that ends in a number, a spelling or part of an address.
std::optional<Completeness> judge_number(const Words& words, const CompletenessContext& context);

}  // namespace voiceagent::turns
