// A logger whose lines say to which session they belong.
#pragma once

#include <memory>
#include <string>

#include "voiceagent/log.h"

namespace voiceagent {

// Passes everything on to `logger`; lines that name no session or no request get these. Whatever
// works for a session logs through it, providers and tools too.
std::shared_ptr<Logger> make_session_logger(std::shared_ptr<Logger> logger, std::string session,
                                            std::string request);

}  // namespace voiceagent
