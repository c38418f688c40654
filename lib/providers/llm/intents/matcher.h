// Which intent an utterance means.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "providers/llm/intents/intents_file.h"

namespace voiceagent::intents {

// When an utterance is understood.
struct MatchOptions {
  double threshold = 0.55;  // The least score.
  double margin = 0.05;  // How far ahead of other intents, at the threshold; at score 1 not at all.
};

// A value found in an utterance.
struct MatchedSlot {
  std::string_view name;  // Of the file.
  std::string value;      // The listed value, or as it was said.
};

// What was understood.
struct Match {
  const IntentDefinition* intent = nullptr;  // Null: not understood.
  float score = 0;                           // Of the best intent, understood or not.
  std::vector<MatchedSlot> slots;
};

// Compares with every sentence of the file. Pure: any thread.
Match match(const IntentsFile& file, std::string_view utterance, const MatchOptions& options);

}  // namespace voiceagent::intents
