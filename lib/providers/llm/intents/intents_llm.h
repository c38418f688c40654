// The built-in dialogue: answers from a file of sentences and replies, with no model.
#pragma once

#include <memory>

#include "voiceagent/registry.h"

namespace voiceagent {

// Name, description and options.
ProviderInfo intents_llm_info();

// Reads the file that the options name, or the built-in one; docs/guide/intents.md tells its
// format. The error names the file, the intent and the sentence or reply that is wrong.
Result<std::shared_ptr<LlmProvider>> make_intents_llm(const Options& options,
                                                      const ProviderContext& context);

}  // namespace voiceagent
