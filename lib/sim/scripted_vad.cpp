#include <algorithm>
#include <cstdlib>

#include "voiceagent/sim.h"

namespace voiceagent::sim {

std::shared_ptr<VadProvider> level_vad(int sample_rate) {
  constexpr int kThreshold = 328;  // -40 dB of full scale
  const VadFormat format{sample_rate, static_cast<std::size_t>(sample_rate / 100)};
  return vad_from_function(
      [](std::span<const std::int16_t> frame) {
        const bool loud = std::ranges::any_of(
            frame, [](std::int16_t s) { return std::abs(static_cast<int>(s)) > kThreshold; });
        return loud ? 1.0F : 0.0F;
      },
      format);
}

}  // namespace voiceagent::sim
