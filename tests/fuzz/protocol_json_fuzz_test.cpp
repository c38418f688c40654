#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// The target ends the program when a promise is broken.
void feed(std::string_view text) {
  const std::string copy(text);  // of exactly that size, so that a sanitizer sees its end
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size()) ==
        0);
}

}  // namespace

TEST_CASE("json requests: every beginning, and every byte of them, does no harm") {
  const std::string text =
      R"({"type":"audio","audio_data":"UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgA)"
      R"(ZGF0YQAAAAA=","context":{"format":"mulaw","sample_rate":8000},"session_id":"s"})";
  for (std::size_t size = 0; size <= text.size(); ++size) feed(text.substr(0, size));
  for (const char bad : {'\0', '\x80', '\xFF', '"', '=', 'A', '/'}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string broken = text;
      broken[at] = bad;
      feed(broken);
    }
  }
}

TEST_CASE("json requests: deep nesting and long data do no harm") {
  feed(R"({"type":"text","context":)" + std::string(20'000, '[') + std::string(20'000, ']') + "}");
  feed(R"({"type":"audio","audio_data":")" + std::string(400'000, 'A') + "\"}");
  feed(R"({"type":"audio","audio_data":")" + std::string(400'001, '=') + "\"}");
}
