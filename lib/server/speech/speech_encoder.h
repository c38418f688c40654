// Speech as bytes of a file format, made while it is spoken.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent::server {

enum class SpeechFormat {
  kWav,   // 16 bits, mono
  kPcm,   // the same without a header: little-endian
  kOpus,  // in Ogg
};

// "wav", "pcm" or "opus".
std::optional<SpeechFormat> speech_format(std::string_view name);

// Mono. Not thread-safe.
class SpeechEncoder {
 public:
  // kUnsupported when this build lacks the codec, kInvalidArgument when it can't do the rate.
  static Result<std::unique_ptr<SpeechEncoder>> create(SpeechFormat format, int sample_rate);
  virtual ~SpeechEncoder() = default;

  virtual const std::string& content_type() const = 0;
  // What of the file is ready with these samples; may be empty.
  virtual Result<std::string> append(std::span<const std::int16_t> samples) = 0;
  virtual Result<std::string> finish() = 0;
};

// A whole WAV file.
std::string wav_file(std::span<const std::int16_t> samples, int sample_rate);

}  // namespace voiceagent::server
