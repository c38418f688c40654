// Providers that note what the real ones say.
#pragma once

#include <memory>

#include "sim/record/recording_executor.h"
#include "voiceagent/session.h"

namespace voiceagent {

// The same providers, recorded; null stays null. Their streams work on the real executor: what they
// do there is not the session's. For one session.
SessionProviders recording_providers(const SessionProviders& real,
                                     const std::shared_ptr<RecordingExecutor>& executor);

}  // namespace voiceagent
