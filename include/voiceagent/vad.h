/// @file
/// Voice activity detection: frame by frame, in the session's own thread. The C form of it is
/// va_vad_vtable in provider_abi.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "voiceagent/export.h"
#include "voiceagent/provider.h"

namespace voiceagent {

/// What a detector wants; the engine re-frames and resamples to it.
struct VadFormat {
  int sample_rate = 16'000;         ///< Samples a second.
  std::size_t frame_samples = 160;  ///< Samples a frame: exactly so many come in each call.
};

/// The detector of one session. Called on the session's executor for every frame, so a call must
/// take far less time than the frame lasts.
class VOICEAGENT_EXPORT VadStream {
 public:
  virtual ~VadStream() = default;
  /// How likely the frame holds speech, 0 to 1. `frame` has VadFormat::frame_samples samples.
  virtual float process(std::span<const std::int16_t> frame) = 0;
  /// Forget what was heard; as good as new.
  virtual void reset() = 0;
};

/// Makes detectors.
class VOICEAGENT_EXPORT VadProvider {
 public:
  virtual ~VadProvider() = default;
  /// The format of its frames; constant.
  virtual VadFormat format() const = 0;
  /// A detector for one session. Does not block.
  virtual Result<std::unique_ptr<VadStream>> start(const StreamContext& context) = 0;
};

/// Makes a detector without memory from a function of one frame.
VOICEAGENT_EXPORT std::shared_ptr<VadProvider> vad_from_function(
    std::function<float(std::span<const std::int16_t> frame)> function, VadFormat format = {});

}  // namespace voiceagent
