// Any text as base64: refused, or bytes that make the same text again; and any bytes come back.
#include "base/base64.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void demand(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace voiceagent;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::byte> bytes;
  if (base64_decode(text, bytes).ok()) {
    std::string again;
    base64_encode(bytes, again);
    demand(again.size() % 4 == 0);
    std::vector<std::byte> twice;
    demand(base64_decode(again, twice).ok() && twice == bytes);
  } else {
    demand(bytes.empty());
  }
  const auto raw = std::as_bytes(std::span(data, size));
  std::string encoded;
  base64_encode(raw, encoded);
  std::vector<std::byte> decoded;
  demand(base64_decode(encoded, decoded).ok());
  demand(std::vector<std::byte>(raw.begin(), raw.end()) == decoded);
  return 0;
}
