// Recognises audio files that are not WAV by how they begin, to tell the user what to do.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace voiceagent {

struct ForeignFormat {
  std::string_view name;       // "an MP3 file"
  std::string_view converter;  // a common program that turns it into WAV, up to its file names
};

// How many bytes are enough.
inline constexpr std::size_t kForeignFormatBytes = 12;

// Null when the bytes are none that we know. Static storage.
const ForeignFormat* recognise_foreign_format(std::span<const std::byte> head);

}  // namespace voiceagent
