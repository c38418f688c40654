// Any bytes as the head of a request: refused with a status and a reason, or a request whose parts
// keep their promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "net/http_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent::net;

void demand(bool promise) {
  if (!promise) std::abort();
}

bool has_control(std::string_view text) {
  for (char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const std::size_t end = find_head_end(bytes);
  demand(end <= bytes.size());
  HttpHead head;
  const auto refusal = parse_head(bytes, head);
  if (refusal) {
    demand(refusal->status >= 400 && refusal->status < 600 && !refusal->detail.empty());
    return 0;
  }
  const HttpRequest& request = head.request;
  demand(!request.method.empty() && !has_control(request.target));
  demand(request.path == "*" || request.path.starts_with('/'));
  demand(voiceagent::is_valid_utf8(request.path) && !has_control(request.path));
  demand((request.path + "/").find("/../") == std::string::npos);
  demand((request.path + "/").find("/./") == std::string::npos);
  for (const auto& [name, value] : request.headers) {
    demand(!name.empty() && !has_control(name) && !has_control(value));
  }
  if (head.web_socket) static_cast<void>(check_web_socket(head.request, head.content_length != 0));
  query_value(request.query, "a");
  return 0;
}
