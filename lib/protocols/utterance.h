// A whole utterance, as clients send it in one piece.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "voiceagent/audio.h"
#include "voiceagent/status.h"

namespace voiceagent::protocols {

// What raw samples are.
struct RawAudioFormat {
  std::string_view encoding = {};  // "s16le" or "mulaw"; empty: not said, s16le
  int sample_rate = 16'000;
};

// A WAV file if it begins with RIFF (any PCM width, rate and number of channels), else raw mono
// samples. kInvalidArgument says what is wrong with it: empty, cut off, an unknown encoding;
// kUnsupported: nobody said that it is raw, and it begins like a file of another format.
Result<Pcm> decode_utterance(std::span<const std::byte> bytes, const RawAudioFormat& format);

}  // namespace voiceagent::protocols
