// Recognises audio files that are not WAV by how they begin, to tell the user what to do.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace voiceagent {

enum class Converter { kSox, kFfmpeg };  // common programs that turn other files into WAV

struct ForeignFormat {
  std::string_view name;  // "an MP3 file"
  Converter converter;
};

// How many bytes are enough.
inline constexpr std::size_t kForeignFormatBytes = 12;

// Null when the bytes are none that we know. Static storage.
const ForeignFormat* recognise_foreign_format(std::span<const std::byte> head);

// The same by what no chance makes of raw samples: signatures of three bytes and more. An MP3 or
// AAC file that begins with a frame isn't recognised.
const ForeignFormat* recognise_foreign_signature(std::span<const std::byte> head);

// "convert it with: ...", as a command for the file of this name.
std::string conversion_advice(Converter converter, const std::string& name);

}  // namespace voiceagent
