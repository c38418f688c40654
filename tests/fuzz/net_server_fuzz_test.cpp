#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/raw_client.h"

using voiceagent::test::RawClient;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(std::string_view text) {
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) ==
        0);
}

const std::string kRequests =
    "GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: "
    "3\r\n\r\n"
    "abcGET /drop HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kWebSocket =
    "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
    RawClient::frame(0x81, "text") + RawClient::frame(0x89, "") + RawClient::frame(0x88, "");

}  // namespace

TEST_CASE("a connection may end after any byte of its requests, or of a WebSocket") {
  for (const std::string& bytes : {kRequests, kWebSocket}) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) feed(bytes.substr(0, size));
  }
}

TEST_CASE("no byte of a connection in the place of another does harm") {
  for (const std::string& bytes : {kRequests, kWebSocket}) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const char c : {'\0', '\n', ' ', '9', '\xFF'}) {
        std::string changed = bytes;
        changed[at] = c;
        feed(changed);
      }
    }
  }
}
