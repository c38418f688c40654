#include "protocols/utterance.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "audio/foreign_format.h"
#include "audio/g711.h"
#include "audio/little_endian.h"
#include "voiceagent/wav.h"

namespace voiceagent::protocols {
namespace {

constexpr const char* kWhatToSend =
    "send a WAV file (PCM), or raw samples and their `format` (s16le or mulaw)";

bool is_wav(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && std::memcmp(bytes.data(), "RIFF", 4) == 0;
}

Result<Pcm> decode_wav(std::span<const std::byte> bytes) {
  Result<WavReader> reader = WavReader::from_bytes(bytes, "the audio");
  if (!reader.ok()) return invalid_argument(reader.status().message());
  Pcm audio;
  audio.sample_rate = reader->format().sample_rate;
  constexpr std::size_t kPiece = 16'384;
  for (std::size_t filled = 0;;) {
    audio.samples.resize(filled + kPiece);
    const Result<std::size_t> count = reader->read_mono(std::span(audio.samples).subspan(filled));
    if (!count.ok()) return invalid_argument(count.status().message());
    filled += *count;
    audio.samples.resize(filled);
    if (*count == 0) return audio;
  }
}

Result<Pcm> decode_s16le(std::span<const std::byte> bytes, int sample_rate) {
  constexpr std::size_t kSample = sizeof(std::int16_t);
  if (bytes.size() % kSample != 0) {
    return invalid_argument("the audio has " + std::to_string(bytes.size()) +
                            " bytes: 16-bit samples are an even number");
  }
  Pcm audio{{}, sample_rate};
  audio.samples.reserve(bytes.size() / kSample);
  for (std::size_t at = 0; at < bytes.size(); at += kSample) {
    audio.samples.push_back(static_cast<std::int16_t>(load_le<std::uint16_t>(&bytes[at])));
  }
  return audio;
}

Result<Pcm> decode_mulaw(std::span<const std::byte> bytes, int sample_rate) {
  Pcm audio{std::vector<std::int16_t>(bytes.size()), sample_rate};
  g711_decode(G711Law::kMuLaw, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
              audio.samples);
  return audio;
}

}  // namespace

Result<Pcm> decode_utterance(std::span<const std::byte> bytes, const RawAudioFormat& format) {
  if (bytes.empty()) return invalid_argument("the audio is empty");
  if (is_wav(bytes)) return decode_wav(bytes);
  if (format.encoding.empty()) {
    if (const ForeignFormat* foreign = recognise_foreign_signature(bytes)) {
      return unsupported("the audio is " + std::string(foreign->name) + ": " + kWhatToSend);
    }
  }
  if (format.sample_rate < kMinSampleRate || format.sample_rate > kMaxSampleRate) {
    return invalid_argument("a sample rate of " + std::to_string(format.sample_rate) +
                            ": it must be " + std::to_string(kMinSampleRate) + " to " +
                            std::to_string(kMaxSampleRate));
  }
  if (format.encoding.empty() || format.encoding == "s16le")
    return decode_s16le(bytes, format.sample_rate);
  if (format.encoding == "mulaw") return decode_mulaw(bytes, format.sample_rate);
  return invalid_argument("audio of the format '" + std::string(format.encoding) +
                          "': it must be s16le or mulaw, or a WAV file");
}

}  // namespace voiceagent::protocols
