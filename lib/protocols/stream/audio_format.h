// How audio travels on a streaming connection.
#pragma once

#include <cstdint>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent::protocols::stream {

enum class Encoding { kS16le, kMulaw, kOpus };

struct AudioFormat {
  Encoding encoding = Encoding::kS16le;
  int sample_rate = 16'000;

  bool operator==(const AudioFormat&) const = default;
};

// "s16le", "mulaw" or "opus".
std::string_view to_string(Encoding encoding);

Result<Encoding> parse_encoding(std::string_view name);

// kInvalidArgument, saying what is allowed.
Result<AudioFormat> make_audio_format(Encoding encoding, std::int64_t sample_rate);

// The rate of an encoding when none is asked for.
int default_rate(Encoding encoding);

}  // namespace voiceagent::protocols::stream
