// Identifiers that nobody can guess.
#pragma once

#include <cstddef>
#include <string>

namespace voiceagent {

// 128 bits of the system's randomness as 26 characters of a-z and 2-7: for ids of sessions, safe in
// URLs, file names and logs. Any thread.
std::string random_id();

// So many bytes (at most 16) of the system's randomness as hexadecimal digits. Any thread.
std::string random_hex(std::size_t bytes);

}  // namespace voiceagent
