// Templates of sentences: "(what is|tell me) the weather [in {city}]".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/status.h"

namespace voiceagent::intents {

// A piece of a template.
struct TemplateNode {
  enum class Kind { kWord, kSlot, kSequence, kAlternatives, kOptional };
  Kind kind = Kind::kSequence;
  std::string text;                    // The word, or the slot's name.
  std::vector<TemplateNode> children;  // In order; an optional one has one.
};

// Reads a template. The error says what is wrong and at which character.
Result<TemplateNode> parse_sentence(std::string_view text);

// Which slots a sentence has.
struct SlotUse {
  std::set<std::string> possible;  // In some of the sentences that the template stands for.
  std::set<std::string> certain;   // In all of them.
};
// Fails for a slot that one sentence would have twice.
Result<SlotUse> slots_of(const TemplateNode& node);

// Whether `name` may name a slot or an intent: letters, digits and underscores, a letter first.
bool is_name(std::string_view name);

}  // namespace voiceagent::intents
