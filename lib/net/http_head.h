// The head of a request: its first line and its headers, read strictly. What is ambiguous is
// refused, because a proxy in front may read it in another way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace voiceagent::net {

struct HttpHead {
  HttpRequest request;  // without id, peer, secure and body
  std::uint64_t content_length = 0;
  bool transfer_encoding = false;  // the body's length isn't known
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;
  bool web_socket = false;  // asks for an upgrade to a WebSocket
};

// Why a request is refused.
struct HttpRefusal {
  int status;
  std::string detail;  // for people
};

// Where the head ends, behind the empty line; 0 when it isn't complete. `from`: how much of `bytes`
// was looked at before, without success.
std::size_t find_head_end(std::string_view bytes, std::size_t from = 0);

// Reads a whole head. What could be read before an error stays in `head`.
std::optional<HttpRefusal> parse_head(std::string_view bytes, HttpHead& head);

// What is wrong with a request for a WebSocket (RFC 6455, version 13).
std::optional<HttpRefusal> check_web_socket(const HttpRequest& request, bool has_body);

// The value of a content-length.
std::optional<std::uint64_t> parse_length(std::string_view text);

// Decodes the path of a target and refuses what can't be a name: NUL and other control characters,
// backslashes, invalid UTF-8, the segments "." and "..". False when it is refused.
bool decode_path(std::string_view target, std::string& path);

// Whether `list` ("keep-alive, Upgrade") has an item, in any case. `item` is in lower case.
bool list_has(std::string_view list, std::string_view item);

}  // namespace voiceagent::net
