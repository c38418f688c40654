#include "net/web_socket_handshake.h"

#include <openssl/evp.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "net/http_answer.h"
#include "net/http_head.h"
#include "net/random.h"
#include "net/web_socket_frames.h"

namespace voiceagent::net {

namespace {

Status protocol_error(std::string message) { return {ErrorCode::kProtocol, std::move(message)}; }

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string make_web_socket_key() {
  std::array<unsigned char, 16> key{};
  fill_random(key);
  std::array<unsigned char, 32> base64{};
  const int length = EVP_EncodeBlock(base64.data(), key.data(), static_cast<int>(key.size()));
  return {base64.begin(), base64.begin() + length};
}

std::string write_handshake(const HttpRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) append_header(out, name, value);
  return out + "\r\n";
}

Status parse_answer_head(std::string_view bytes, HttpResponse& answer) {
  const std::string_view first = take_line(bytes);
  const std::string_view code = first.substr(std::min<std::size_t>(9, first.size()), 3);
  const std::optional<std::uint64_t> status = parse_length(code);
  const bool ended = first.size() == 12 || (first.size() > 12 && first[12] == ' ');
  if (!first.starts_with("HTTP/1.1 ") || !status || *status < 100 || !ended) {
    return protocol_error("the answer is not HTTP/1.1");
  }
  answer.status = static_cast<int>(*status);
  for (std::string_view line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || is_space(line[colon - 1])) {
      return protocol_error("the answer's headers can't be read");
    }
    answer.headers.add(to_lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return {};
}

Status check_handshake(const HttpResponse& answer, const HttpRequest& request) {
  const HttpHeaders& headers = answer.headers;
  if (answer.status != 101) {
    const std::string status =
        std::to_string(answer.status) + " " + std::string(reason_phrase(answer.status));
    return answer.status == 401 || answer.status == 403 ? Status(ErrorCode::kAuth, status)
                                                        : unavailable(status);
  }
  if (to_lower(headers.get("upgrade")) != "websocket" ||
      !list_has(headers.get("connection"), "upgrade")) {
    return protocol_error("the server switches to something else than a WebSocket");
  }
  if (headers.get("sec-websocket-accept") !=
      web_socket_accept(request.header("sec-websocket-key"))) {
    return protocol_error("the server has not read the handshake's key");
  }
  if (headers.has("sec-websocket-extensions")) {
    return protocol_error("the server uses an extension that was not offered");
  }
  const std::string_view chosen = headers.get("sec-websocket-protocol");
  if (!chosen.empty() && chosen != request.header("sec-websocket-protocol")) {
    return protocol_error("the server chose a subprotocol that was not offered");
  }
  return {};
}

}  // namespace voiceagent::net
