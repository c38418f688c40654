#include "providers/tts/flite/voice.h"

#include <flite/flite.h>

#include <array>

extern "C" {
cst_voice* register_cmu_us_rms(const char* directory);
cst_voice* register_cmu_us_slt(const char* directory);
cst_voice* register_cmu_us_awb(const char* directory);
cst_voice* register_cmu_us_kal16(const char* directory);
}

namespace voiceagent::flite {
namespace {

constexpr std::array<std::string_view, 4> kNames = {kDefaultVoice, "slt", "awb", "kal16"};

// flite's start-up and registration are not thread-safe; what they make is only read afterwards.
const std::array<Voice, 4>& voices() {
  static const std::array<Voice, 4> all = [] {
    flite_init();
    return std::array<Voice, 4>{Voice{kNames[0], register_cmu_us_rms(nullptr)},
                                Voice{kNames[1], register_cmu_us_slt(nullptr)},
                                Voice{kNames[2], register_cmu_us_awb(nullptr)},
                                Voice{kNames[3], register_cmu_us_kal16(nullptr)}};
  }();
  return all;
}

}  // namespace

std::vector<std::string> voice_names() { return {kNames.begin(), kNames.end()}; }

Result<Voice> find_voice(std::string_view name) {
  std::string known;
  for (const Voice& voice : voices()) {
    if (voice.name == (name.empty() ? kDefaultVoice : name)) return voice;
    known.append(known.empty() ? "" : ", ").append(voice.name);
  }
  return not_found("flite has no voice '" + std::string(name) + "'; it has " + known);
}

}  // namespace voiceagent::flite
