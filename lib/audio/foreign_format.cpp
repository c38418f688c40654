#include "audio/foreign_format.h"

#include <algorithm>

namespace voiceagent {
namespace {

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  ForeignFormat format;
};

using namespace std::string_view_literals;

constexpr Signature kSignatures[] = {
    {0, "ID3"sv, {"an MP3 file", Converter::kSox}},
    {0, "OggS"sv, {"an Ogg file (Opus or Vorbis)", Converter::kSox}},
    {0, "fLaC"sv, {"a FLAC file", Converter::kSox}},
    {0, "FORM"sv, {"an AIFF file", Converter::kSox}},
    {0, ".snd"sv, {"an AU file", Converter::kSox}},
    {0, "caff"sv, {"a CAF file", Converter::kSox}},
    {0, "NIST_1A"sv, {"a NIST SPHERE file", Converter::kSox}},
    {0, "RIFX"sv, {"a big-endian WAV file (RIFX)", Converter::kSox}},
    {0, "RF64"sv, {"a WAV file for more than 4 GiB (RF64)", Converter::kSox}},
    {0, "riff\x2e\x91\xcf\x11"sv, {"a Wave64 file", Converter::kSox}},
    {0, "#!AMR"sv, {"an AMR file", Converter::kFfmpeg}},
    {0, "\x1a\x45\xdf\xa3"sv, {"a WebM or Matroska file", Converter::kFfmpeg}},
    {0, "\x30\x26\xb2\x75"sv, {"a Windows Media file", Converter::kFfmpeg}},
    {4, "ftyp"sv, {"an MP4 or M4A file", Converter::kFfmpeg}},
    {8, "AVI "sv, {"an AVI film", Converter::kFfmpeg}},
};
constexpr ForeignFormat kMp3{"an MP3 file", Converter::kSox};
constexpr ForeignFormat kAac{"an AAC file", Converter::kFfmpeg};

bool begins_with(std::span<const std::byte> head, const Signature& signature) {
  if (head.size() < signature.offset + signature.bytes.size()) return false;
  return std::equal(signature.bytes.begin(), signature.bytes.end(),
                    head.begin() + static_cast<std::ptrdiff_t>(signature.offset),
                    [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

// An MPEG audio frame begins with eleven ones, then a version and a layer (of which three is MP3);
// AAC uses the layer that MPEG left free.
const ForeignFormat* recognise_mpeg_frame(std::span<const std::byte> head) {
  if (head.size() < 2 || head[0] != std::byte{0xFF}) return nullptr;
  const auto second = std::to_integer<unsigned>(head[1]);
  if ((second & 0xF6) == 0xF0) return &kAac;
  const bool has_sync = (second & 0xE0) == 0xE0;
  const bool has_version = (second & 0x18) != 0x08;
  const bool is_layer_three = (second & 0x06) == 0x02;
  return has_sync && has_version && is_layer_three ? &kMp3 : nullptr;
}

}  // namespace

const ForeignFormat* recognise_foreign_signature(std::span<const std::byte> head) {
  for (const Signature& signature : kSignatures) {
    if (begins_with(head, signature)) return &signature.format;
  }
  return nullptr;
}

const ForeignFormat* recognise_foreign_format(std::span<const std::byte> head) {
  const ForeignFormat* const format = recognise_foreign_signature(head);
  return format != nullptr ? format : recognise_mpeg_frame(head);
}

std::string conversion_advice(Converter converter, const std::string& name) {
  const std::string from = "'" + name + "' ";
  const std::string to = "'" + name + ".wav'";
  // Left to itself, sox keeps the encoding of a WAV file.
  return "convert it with: " + (converter == Converter::kSox
                                    ? "sox " + from + "-e signed -b 16 " + to
                                    : "ffmpeg -i " + from + to);
}

}  // namespace voiceagent
