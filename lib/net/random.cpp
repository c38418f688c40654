#include "net/random.h"

#include <uv.h>

#include <algorithm>
#include <random>

namespace voiceagent::net {

// Not OpenSSL's: it keeps a generator for each thread, which outlives threads that end late.
void fill_random(std::span<unsigned char> bytes) {
  if (uv_random(nullptr, nullptr, bytes.data(), bytes.size(), 0, nullptr) == 0) return;
  std::random_device device;
  std::ranges::generate(bytes, [&] { return static_cast<unsigned char>(device()); });
}

}  // namespace voiceagent::net
