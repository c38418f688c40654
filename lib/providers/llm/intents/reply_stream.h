// Streams a finished answer as if it were being thought up.
#pragma once

#include <memory>

#include "providers/llm/intents/answer.h"
#include "voiceagent/llm.h"

namespace voiceagent::intents {

// Tells the sink the intent, then the text word by word, the call of a tool if there is one, done
// and closed, each step from a task of its own on `executor`. After cancel() only closed() follows.
// `keep` holds what the answer refers to.
std::unique_ptr<LlmStream> stream_answer(Answer answer, std::shared_ptr<const void> keep,
                                         Executor& executor, LlmSink& sink);

}  // namespace voiceagent::intents
