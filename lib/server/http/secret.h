// Comparing secrets.
#pragma once

#include <cstddef>
#include <string_view>

namespace voiceagent::server {

// Whether `given` is `secret`, in a time that tells nothing of the secret but its length.
inline bool same_secret(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^
                                        static_cast<unsigned char>(expected));
  }
  return difference == 0 && !secret.empty();
}

}  // namespace voiceagent::server
