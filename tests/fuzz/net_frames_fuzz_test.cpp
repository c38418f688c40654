#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/raw_client.h"

using voiceagent::test::RawClient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& frames) {
  for (char step : {'\0', '\2', '\x3F'}) {
    const std::string bytes = step + frames;  // of exactly that size, so that a sanitizer sees it
    CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                 bytes.size()) == 0);
  }
}

const std::string kFrames =
    RawClient::frame(0x01, "a\xC3") + RawClient::frame(0x89, "p") + RawClient::frame(0x80, "\xA9") +
    RawClient::frame(0x82, std::string(130, 'x')) + RawClient::frame(0x8A, "") +
    RawClient::frame(0x88,
                     "\x03\xE8"
                     "bye");

}  // namespace

TEST_CASE("every beginning of a WebSocket's bytes does no harm") {
  for (std::size_t size = 0; size <= kFrames.size(); ++size) feed(kFrames.substr(0, size));
}

TEST_CASE("no byte of a WebSocket's frames in the place of another does harm") {
  for (std::size_t at = 0; at < kFrames.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string frames = kFrames;
      frames[at] = static_cast<char>(frames[at] ^ 1 << bit);
      feed(frames);
    }
  }
}
