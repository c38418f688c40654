// How a client opens a WebSocket, as bytes: no sockets, no clocks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/http.h"
#include "voiceagent/status.h"

namespace voiceagent::net {

// The longest answer to a handshake that is read.
inline constexpr std::size_t kMaxHandshake = 64 * 1024;

// Sixteen random bytes in base64: what the server's answer must show to have been read.
std::string make_web_socket_key();

// The bytes of a request; its headers are in it already.
std::string write_handshake(const HttpRequest& request);

// Reads the head of an answer, up to the empty line, into status and headers. kProtocol when it
// isn't HTTP/1.1.
Status parse_answer_head(std::string_view bytes, HttpResponse& answer);

// Whether a server's answer opens the WebSocket that the request asked for. A refusal's message
// begins with the status: "401 Unauthorized".
Status check_handshake(const HttpResponse& answer, const HttpRequest& request);

}  // namespace voiceagent::net
