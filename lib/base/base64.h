// base64 (RFC 4648): bytes in text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/status.h"

namespace voiceagent {

// Appends the bytes to `text`, padded with '='.
void base64_encode(std::span<const std::byte> bytes, std::string& text);

// Appends what `text` stands for to `bytes`. The padding may be missing; kInvalidArgument for
// anything else that is not the standard alphabet, white space too, and for a broken last group.
Status base64_decode(std::string_view text, std::vector<std::byte>& bytes);

}  // namespace voiceagent
