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

TEST_CASE("stream messages: every beginning, and every byte of them, does no harm") {
  const std::string text =
      R"({"type":"start","session_id":"a","input":{"encoding":"opus","sample_rate":48000},)"
      R"("mode":"text_to_text","agent":{"voice":"x"},"events":["all"],"playback_reports":true})";
  for (std::size_t size = 0; size <= text.size(); ++size) feed(text.substr(0, size));
  for (const char bad : {'\0', '\x80', '\xFF', '"', '{', '[', ','}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string broken = text;
      broken[at] = bad;
      feed(broken);
    }
  }
}

TEST_CASE("stream messages: numbers of all sizes in all places do no harm") {
  for (const char* number : {"0", "-1", "4294967296", "1e400", "-0.0", "9223372036854775808", "0.5",
                             "1e15", "99999999999999999999999"}) {
    feed(std::string(R"({"type":"playback","position":)") + number + "}");
    feed(std::string(R"({"type":"ping","id":)") + number + "}");
    feed(std::string(R"({"type":"start","input":{"sample_rate":)") + number + "}}");
  }
}
