#include "net/http_head.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace voiceagent::net {

namespace {

constexpr std::size_t kMaxHeaders = 100;
constexpr std::size_t kMaxMethod = 32;
constexpr std::size_t kMaxTarget = 8192;

// What methods and names of headers consist of.
bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

HttpRefusal bad_request(std::string detail) { return {400, std::move(detail)}; }

// The line at the beginning of `bytes`, which goes on behind it.
std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find("\r\n");
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 2);
  return line;
}

std::optional<HttpRefusal> parse_version(std::string_view version, HttpHead& head) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.') {
    return bad_request("the request line does not end with HTTP/1.1");
  }
  if (version[5] != '1') return HttpRefusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  if (version[7] < '0' || version[7] > '9') {
    return bad_request("the request line does not end with HTTP/1.1");
  }
  head.http_1_0 = version[7] == '0';
  head.keep_alive = !head.http_1_0;
  return std::nullopt;
}

// "http://host/path" -> "/path": servers must understand what is meant for proxies.
std::string_view without_authority(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const std::size_t end = target.find_first_of("/?", scheme + 3);
  if (end == std::string_view::npos) return "/";
  return target.substr(end);
}

std::optional<HttpRefusal> parse_target(std::string_view target, HttpRequest& request) {
  if (target.size() > kMaxTarget) return HttpRefusal{414, "the path and query are too long"};
  if (target.empty() ||
      std::any_of(target.begin(), target.end(), [](char c) { return c == ' ' || is_control(c); })) {
    return bad_request("the request line is not METHOD PATH HTTP/1.1");
  }
  request.target = target;
  if (target == "*" && request.method == "OPTIONS") {
    request.path = target;
    return std::nullopt;
  }
  target = without_authority(target);
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  if (!decode_path(path.empty() ? "/" : path, request.path)) {
    request.path.clear();
    return bad_request("the path is not allowed: it must begin with '/' and hold no '.' or '..' " +
                       std::string("segment, backslash, control character or invalid UTF-8"));
  }
  return std::nullopt;
}

std::optional<HttpRefusal> parse_request_line(std::string_view line, HttpHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return bad_request("the request line is not METHOD PATH HTTP/1.1");
  }
  const std::string_view method = line.substr(0, first);
  if (!is_token(method) || method.size() > kMaxMethod) {
    return bad_request("the method is no name");
  }
  head.request.method = method;
  if (auto refusal = parse_version(line.substr(last + 1), head)) return refusal;
  return parse_target(line.substr(first + 1, last - first - 1), head.request);
}

std::optional<HttpRefusal> parse_header(std::string_view line, HttpHeaders& headers) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad_request("a header is not \"name: value\"");
  }
  const std::string_view value = trim(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; })) {
    return bad_request("the value of a header holds a control character");
  }
  if (headers.size() == kMaxHeaders) return HttpRefusal{431, "there are too many headers"};
  headers.add(to_lower(line.substr(0, colon)), std::string(value));
  return std::nullopt;
}

// What the headers say about the connection and the body.
std::optional<HttpRefusal> read_framing(HttpHead& head) {
  int hosts = 0;
  int lengths = 0;
  bool upgrades = false;
  for (const auto& [name, value] : head.request.headers) {
    if (name == "host") {
      ++hosts;
    } else if (name == "content-length") {
      ++lengths;
      const auto length = parse_length(value);
      if (!length) return bad_request("content-length is no number");
      head.content_length = *length;
    } else if (name == "transfer-encoding") {
      head.transfer_encoding = true;
    } else if (name == "connection") {
      if (list_has(value, "close")) head.keep_alive = false;
      if (head.http_1_0 && list_has(value, "keep-alive")) head.keep_alive = true;
      if (list_has(value, "upgrade")) upgrades = true;
    } else if (name == "expect") {
      if (to_lower(value) != "100-continue") return HttpRefusal{417, "only 100-continue is known"};
      head.expects_continue = !head.http_1_0;
    }
  }
  if (hosts > 1 || (hosts == 0 && !head.http_1_0)) {
    return bad_request("there must be one host header");
  }
  if (lengths > 1) return bad_request("there is more than one content-length");
  if (lengths > 0 && head.transfer_encoding) {
    return bad_request("there are both content-length and transfer-encoding");
  }
  head.web_socket =
      upgrades && !head.http_1_0 && list_has(head.request.header("upgrade"), "websocket");
  return std::nullopt;
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t from) {
  const std::size_t end = bytes.find("\r\n\r\n", from < 3 ? 0 : from - 3);
  return end == std::string_view::npos ? 0 : end + 4;
}

std::optional<HttpRefusal> parse_head(std::string_view bytes, HttpHead& head) {
  head = HttpHead();
  if (auto refusal = parse_request_line(take_line(bytes), head)) return refusal;
  for (std::string_view line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    if (auto refusal = parse_header(line, head.request.headers)) return refusal;
  }
  return read_framing(head);
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  const bool digits =
      !text.empty() && text.size() <= 18 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  std::uint64_t length = 0;
  for (char c : text) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  return length;
}

std::optional<HttpRefusal> check_web_socket(const HttpRequest& request, bool has_body) {
  if (request.method != "GET") return bad_request("a WebSocket is asked for with GET");
  if (has_body) {
    return bad_request("a request for a WebSocket has no body");
  }
  if (request.header("sec-websocket-version") != "13") {
    return HttpRefusal{426, "only version 13 of the WebSocket protocol is spoken here"};
  }
  const std::string_view key = request.header("sec-websocket-key");
  const auto is_base64 = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  if (key.size() != 24 || !key.ends_with("==") ||
      !std::all_of(key.begin(), key.end() - 2, is_base64)) {
    return bad_request("sec-websocket-key is not 16 bytes in base64");
  }
  return std::nullopt;
}

bool decode_path(std::string_view target, std::string& path) {
  if (!target.starts_with('/') || !percent_decode(target, path) || !is_valid_utf8(path))
    return false;
  if (std::any_of(path.begin(), path.end(), [](char c) { return is_control(c) || c == '\\'; })) {
    return false;
  }
  for (std::size_t at = 0; at != std::string::npos; at = path.find('/', at + 1)) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = std::string_view(path).substr(at + 1, end - at - 1);
    if (segment == "." || segment == "..") return false;
  }
  return true;
}

bool list_has(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (to_lower(trim(list.substr(0, comma))) == item) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

}  // namespace voiceagent::net
