// Finds the samples in a WAV file.
#pragma once

#include <string>

#include "audio/byte_source.h"
#include "audio/wav_format.h"
#include "voiceagent/status.h"

namespace voiceagent {

// Walks through the chunks up to the samples. The layout holds at least one frame, and all of its
// frames lie within the source. `name` is for the commands that messages advise.
Result<WavLayout> read_wav_layout(ByteSource& source, const std::string& name);

}  // namespace voiceagent
