// Any bytes as a server's answer to a WebSocket handshake: refused with a message, or read into a
// status and headers that could be written again; and only the right key opens a WebSocket.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/web_socket_frames.h"
#include "net/web_socket_handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;
using namespace voiceagent::net;

void demand(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);  // of exactly that size, for a sanitizer
  HttpResponse answer;
  const Status read = parse_answer_head(bytes, answer);
  if (!read.ok()) {
    demand(read.code() == ErrorCode::kProtocol && !read.message().empty());
    return 0;
  }
  demand(answer.status >= 100 && answer.status <= 999);
  for (const auto& [name, value] : answer.headers) {
    demand(!name.empty() && name.find_first_of(":\n") == std::string::npos);
    demand(value.find('\n') == std::string::npos);
  }
  HttpRequest request;
  request.headers = {{"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  if (check_handshake(answer, request).ok()) {
    demand(answer.status == 101);
    demand(answer.headers.get("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }
  return 0;
}
