#include "audio/wav_format.h"

#include <string_view>

#include "audio/foreign_format.h"
#include "audio/little_endian.h"
#include "voiceagent/audio.h"

namespace voiceagent {
namespace {

constexpr std::size_t kPlainBytes = 16;
constexpr std::size_t kSubformatOffset = 24;

// The fields as they lie in the chunk.
struct RawFormat {
  std::uint16_t tag;
  int channels;
  std::uint32_t sample_rate;
  int frame_bytes;
  int bits;

  bool is_consistent() const {
    return frame_bytes % channels == 0 && bits >= 1 && bits <= frame_bytes / channels * 8;
  }
};

struct NamedTag {
  std::uint16_t tag;
  const char* name;
};

constexpr NamedTag kReadable[] = {
    {kWavPcm, "PCM"}, {kWavFloat, "float"}, {kWavALaw, "A-law"}, {kWavMuLaw, "mu-law"}};
constexpr NamedTag kUnreadable[] = {{0x0002, "Microsoft ADPCM"},
                                    {0x0011, "IMA ADPCM"},
                                    {0x0031, "GSM 6.10"},
                                    {0x0050, "MPEG"},
                                    {0x0055, "MP3"},
                                    {0x00FF, "AAC"}};

const char* name_in(std::span<const NamedTag> tags, std::uint16_t tag) {
  for (const NamedTag& named : tags) {
    if (named.tag == tag) return named.name;
  }
  return nullptr;
}

// In an extensible header the format tag is the beginning of a GUID.
Result<std::uint16_t> tag_of_subformat(std::span<const std::byte> chunk) {
  constexpr std::string_view kRest("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14);
  if (chunk.size() < kWavFormatBytes) {
    return invalid_argument("it is damaged: its extensible format chunk is too short");
  }
  const auto guid = chunk.subspan(kSubformatOffset);
  const std::string_view rest(reinterpret_cast<const char*>(guid.data()) + 2, kRest.size());
  if (rest != kRest) return unsupported("it holds samples of an unknown extensible format");
  return load_le<std::uint16_t>(guid.data());
}

Result<RawFormat> read_raw(std::span<const std::byte> chunk) {
  if (chunk.size() < kPlainBytes) {
    return invalid_argument("it is damaged: its format chunk is too short");
  }
  RawFormat raw;
  raw.tag = load_le<std::uint16_t>(chunk.data());
  raw.channels = load_le<std::uint16_t>(chunk.data() + 2);
  raw.sample_rate = load_le<std::uint32_t>(chunk.data() + 4);
  raw.frame_bytes = load_le<std::uint16_t>(chunk.data() + 12);
  raw.bits = load_le<std::uint16_t>(chunk.data() + 14);
  if (raw.tag == kWavExtensible) {
    auto subformat = tag_of_subformat(chunk);
    if (!subformat.ok()) return subformat.status();
    raw.tag = *subformat;
  }
  return raw;
}

Status check(const RawFormat& raw, const std::string& name) {
  if (name_in(kReadable, raw.tag) == nullptr) {
    const char* codec = name_in(kUnreadable, raw.tag);
    return unsupported(
        "it holds " +
        (codec != nullptr ? std::string(codec) : "samples of format " + std::to_string(raw.tag)) +
        ", which is not read here; " + conversion_advice(Converter::kSox, name));
  }
  if (raw.channels < 1 || raw.channels > kMaxWavChannels) {
    return unsupported("it has " + std::to_string(raw.channels) + " channels; 1 to " +
                       std::to_string(kMaxWavChannels) + " can be read");
  }
  if (raw.sample_rate < std::uint32_t{kMinSampleRate} ||
      raw.sample_rate > std::uint32_t{kMaxSampleRate}) {
    return unsupported("it has " + std::to_string(raw.sample_rate) + " samples a second; " +
                       std::to_string(kMinSampleRate) + " to " + std::to_string(kMaxSampleRate) +
                       " can be read");
  }
  if (!raw.is_consistent()) {
    return invalid_argument("it is damaged: " + std::to_string(raw.channels) + " samples of " +
                            std::to_string(raw.bits) + " bits don't make frames of " +
                            std::to_string(raw.frame_bytes) + " bytes");
  }
  return {};
}

}  // namespace

Result<WavLayout> parse_wav_format(std::span<const std::byte> chunk, const std::string& name) {
  auto raw = read_raw(chunk);
  if (!raw.ok()) return raw.status();
  if (Status status = check(*raw, name); !status.ok()) return status;
  // The room that a sample takes counts: 20-bit samples lie at the top of 24 bits.
  WavLayout layout;
  layout.sample_bytes = static_cast<std::size_t>(raw->frame_bytes / raw->channels);
  layout.decode = wav_sample_decoder(raw->tag, layout.sample_bytes);
  layout.format.sample_rate = static_cast<int>(raw->sample_rate);
  layout.format.channels = raw->channels;
  layout.format.bits = static_cast<int>(layout.sample_bytes) * 8;
  layout.format.is_float = raw->tag == kWavFloat;
  if (layout.decode == nullptr) {
    return unsupported("it holds " + std::to_string(layout.format.bits) + "-bit " +
                       name_in(kReadable, raw->tag) + " samples, which are not read here; " +
                       conversion_advice(Converter::kSox, name));
  }
  return layout;
}

}  // namespace voiceagent
