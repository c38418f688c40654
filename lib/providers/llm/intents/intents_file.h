// The intents file: what users may say, and what is answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/llm/intents/reply_template.h"
#include "providers/llm/intents/tool_template.h"
#include "providers/llm/intents/vocabulary.h"
#include "providers/llm/intents/word_graph.h"
#include "voiceagent/status.h"

namespace voiceagent::intents {

// One thing that users may mean.
struct IntentDefinition {
  std::string name;
  std::vector<WordGraph> sentences;
  std::vector<ReplyTemplate> replies;
  std::optional<ToolTemplate> tool;   // called first; `replies` are given when it is done
  std::vector<ReplyTemplate> failed;  // given when it is not; never empty if there is a tool
};

// A whole file, ready to be matched against; immutable.
struct IntentsFile {
  std::vector<SlotDefinition> slots;
  std::vector<IntentDefinition> intents;
  std::vector<ReplyTemplate> did_not_understand;
  Vocabulary vocabulary;
};

// Reads the text of an intents file. The error names the intent, the sentence or reply, and what is
// wrong with it; for what isn't JSON, the line and the column.
Result<IntentsFile> parse_intents(std::string_view json);

// Reads a file; blocks. The error begins with the file's name.
Result<IntentsFile> load_intents(const std::string& path);

// The text of the file that is used when none is given.
std::string_view builtin_intents();

}  // namespace voiceagent::intents
