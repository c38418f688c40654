// Small intents files for tests.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "providers/llm/intents/matcher.h"
#include "support/catch.h"

namespace voiceagent::intents {

// A file of these intents with one sentence each.
inline IntentsFile file_of(
    std::initializer_list<std::pair<std::string_view, std::string_view>> intents,
    std::string_view slots = "{}") {
  std::string json = R"({"version": 1, "slots": )" + std::string(slots) + R"(, "intents": [)";
  const char* comma = "";
  for (const auto& [name, sentence] : intents) {
    json += comma;
    json += R"({"name": ")" + std::string(name) + R"(", "sentences": [")" + std::string(sentence) +
            R"("], "replies": ["Yes."]})";
    comma = ", ";
  }
  Result<IntentsFile> file = parse_intents(json + "]}");
  INFO(file.status().message());
  REQUIRE(file.ok());
  return std::move(*file);
}

// The name of what is understood, "-" for nothing, with its slots: "weather city=Rome".
inline std::string understood(const IntentsFile& file, std::string_view utterance,
                              const MatchOptions& options = {}) {
  const Match found = match(file, utterance, options);
  if (found.intent == nullptr) return "-";
  std::string out = found.intent->name;
  for (const MatchedSlot& slot : found.slots) {
    out += " " + std::string(slot.name) + "=" + slot.value;
  }
  return out;
}

// How well the utterance fits the sentence.
inline float score(std::string_view sentence, std::string_view utterance) {
  return match(file_of({{"only", sentence}}), utterance, {0, 0}).score;
}

}  // namespace voiceagent::intents
