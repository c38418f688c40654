#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::string_view kHead =
    "POST /a%20b/c?x=%41&y=+ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nContent-Length: 12\r\n"
    "Expect: 100-continue\r\n\r\n";

void feed(std::string_view text) {
  const std::string copy(text);  // of exactly that size, so that a sanitizer sees its end
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size()) ==
        0);
}

}  // namespace

TEST_CASE("every beginning of a head does no harm") {
  for (std::size_t size = 0; size <= kHead.size(); ++size) feed(kHead.substr(0, size));
}

TEST_CASE("no byte in the place of another does harm") {
  for (std::size_t at = 0; at < kHead.size(); ++at) {
    for (const char c : {'\0', '\n', '\r', ' ', '%', '/', '.', ':', ',', '\x7F', '\xFF'}) {
      std::string head(kHead);
      head[at] = c;
      feed(head);
      head.insert(at, 2, c);
      feed(head);
    }
  }
}

TEST_CASE("huge heads do no harm") {
  feed("GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n");
  feed("GET / HTTP/1.1\r\n" + std::string(100'000, 'a') + ": b\r\n\r\n");
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 10'000; ++i) many += "a:b\r\n";
  feed(many + "\r\n");
  feed(std::string(100'000, '\r') + std::string(100'000, '\n'));
}
