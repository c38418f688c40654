// English: what the last sentence is made of. No parse: it counts what opens clauses and what
// closes them, so that a misheard word costs one count and not the whole sentence.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/turn/completeness/words.h"

namespace voiceagent::turns {

// What the first word makes of the sentence.
enum class Sentence : std::uint8_t {
  kStatement,      // or a fragment, if it has no verb
  kImperative,     // turn on the light
  kPolarQuestion,  // do you, is it
  kOpenQuestion,   // what time, how do i
};

// What stands at the front in the place of something that the end then lacks.
enum class Gap : std::uint8_t {
  kNone,
  kPlace,  // where
  kThing,  // what, which one, the one that i
};

struct EnglishClause {
  std::size_t begin = 0;  // The first word behind "well", "yes", "um".
  Sentence sentence = Sentence::kStatement;
  int verbs = 0;                   // Finite ones.
  int openers = 0;                 // Words that begin a subordinate clause; each uses up a verb.
  bool opens_subordinate = false;  // The first word is "if", "when".
  bool main_came = false;          // The main clause had its verb before one was opened.
  bool awaits_verb = false;        // "do you", "can the": the auxiliary's verb has not come
  std::size_t auxiliary = 0;       // ... and this is it
  Gap gap = Gap::kNone;            // Of the innermost clause.

  bool has_main_verb() const { return main_came || verbs > openers; }
};

EnglishClause read_english_clause(const Words& words);

}  // namespace voiceagent::turns
