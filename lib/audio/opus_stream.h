// Speech as an Ogg Opus file (RFC 7845), made while it is spoken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent {

// Mono. Not thread-safe.
class OpusStream {
 public:
  // Samples of any rate from 8 to 48 kHz. kInvalidArgument for others.
  static Result<std::unique_ptr<OpusStream>> create(int sample_rate);
  virtual ~OpusStream() = default;

  // Takes samples, and returns what of the file is ready: whole pages, at the latest for 200 ms.
  // Valid until the next call.
  virtual Result<std::string_view> append(std::span<const std::int16_t> samples) = 0;
  // The rest of the file. Once, and last.
  virtual Result<std::string_view> finish() = 0;
};

}  // namespace voiceagent
