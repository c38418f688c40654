// The voices of flite that are linked in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/status.h"

struct cst_voice_struct;

namespace voiceagent::flite {

// A voice: never changes once it is there and lives as long as the process.
struct Voice {
  std::string_view name;
  const cst_voice_struct* data = nullptr;
};

inline constexpr int kSampleRate = 16'000;  // of all voices
inline constexpr std::string_view kDefaultVoice = "rms";

// Their names, the default first.
std::vector<std::string> voice_names();

// The voice of that name; an empty one means the default. kNotFound with the names that exist. Any
// thread.
Result<Voice> find_voice(std::string_view name);

}  // namespace voiceagent::flite
