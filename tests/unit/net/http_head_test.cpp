#include "net/http_head.h"

#include <string>
#include <string_view>

#include "support/catch.h"

using namespace voiceagent::net;

namespace {

// The status with which a head is refused; 0 when it isn't.
int refused(const std::string& head) {
  HttpHead parsed;
  const auto refusal = parse_head(head, parsed);
  CHECK((!refusal || !refusal->detail.empty()));
  return refusal ? refusal->status : 0;
}

int line_refused(const std::string& line) { return refused(line + "\r\nHost: a\r\n\r\n"); }

int header_refused(const std::string& header) {
  return refused("GET / HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n");
}

HttpHead parsed(const std::string& head) {
  HttpHead result;
  const auto refusal = parse_head(head, result);
  CHECK_FALSE(refusal);
  return result;
}

}  // namespace

TEST_CASE("a head is read: method, target, path, query and headers") {
  const HttpHead head = parsed(
      "POST /a%20b/c?x=%41&y HTTP/1.1\r\nHost: h\r\nX-One:  two \t\r\n"
      "Content-Length: 12\r\nx-one: three\r\n\r\n");
  CHECK(head.request.method == "POST");
  CHECK(head.request.target == "/a%20b/c?x=%41&y");
  CHECK(head.request.path == "/a b/c");
  CHECK(head.request.query == "x=%41&y");
  CHECK(head.request.header("x-one") == "two");
  CHECK(head.request.headers.size() == 4);
  CHECK(head.content_length == 12);
  CHECK(head.keep_alive);
  CHECK_FALSE(head.web_socket);
}

TEST_CASE("the end of a head is found, wherever the last piece began") {
  const std::string bytes = "GET / HTTP/1.1\r\n\r\nrest";
  for (std::size_t size = 0; size < 18; ++size) CHECK(find_head_end(bytes.substr(0, size)) == 0);
  for (std::size_t from = 0; from < 18; ++from) CHECK(find_head_end(bytes, from) == 18);
}

TEST_CASE("targets for proxies and for the whole server are understood") {
  CHECK(parsed("GET http://h:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n").request.path == "/a");
  CHECK(parsed("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").request.path == "/");
  CHECK(parsed("GET http://h?b HTTP/1.1\r\nHost: h\r\n\r\n").request.query == "b");
  CHECK(parsed("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").request.path == "*");
}

TEST_CASE("request lines that are none are refused") {
  for (const char* line :
       {"", "GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/1", "GET / http/1.1", "GET / HTTP/1.x",
        "G@T / HTTP/1.1", " GET / HTTP/1.1", "GET / / HTTP/1.1", "GET a HTTP/1.1",
        "GET /\x01 HTTP/1.1", "GET * HTTP/1.1", "\x16\x03\x01 / HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(line_refused(line) == 400);
  }
  CHECK(line_refused("GET / HTTP/2.0") == 505);
  CHECK(line_refused("GET /" + std::string(9000, 'a') + " HTTP/1.1") == 414);
  CHECK(line_refused(std::string(40, 'A') + " / HTTP/1.1") == 400);
  CHECK(refused(std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28)) == 400);
}

TEST_CASE("paths that could lead elsewhere are refused") {
  for (const char* path : {"/..", "/../etc/passwd", "/a/../b", "/a/..", "/%2e%2e/b", "/.%2E", "/.",
                           "/a/./b", "/a\\b", "/a%5Cb", "/a%00", "/a%0a", "/%7f", "/%ff", "/%c0%af",
                           "/%", "/%4", "/%zz", "/a%2f..%2fb"}) {
    CAPTURE(path);
    CHECK(line_refused("GET " + std::string(path) + " HTTP/1.1") == 400);
  }
  for (const char* path : {"/...", "/.a", "/a..", "/..a/b", "//", "/a//b", "/%252e%252e"}) {
    CAPTURE(path);
    CHECK(line_refused("GET " + std::string(path) + " HTTP/1.1") == 0);
  }
}

TEST_CASE("headers that are none are refused") {
  for (const char* header : {"a", ": b", "a b: c", "a : b", " a: b", "\ta: b", "a: b\r\n c",
                             "a: b\x01", "a: b\nc: d", "a: b\rc: d", "\x80: a"}) {
    CAPTURE(header);
    CHECK(header_refused(header) == 400);
  }
  CHECK(header_refused(std::string("a: b\0c", 6)) == 400);
  CHECK(header_refused("a:") == 0);
  CHECK(header_refused("a: \xC3\xA9\tb") == 0);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "a: b\r\n";
  CHECK(header_refused(many + "a: b") == 431);
}

TEST_CASE("there is one host, but for HTTP/1.0") {
  CHECK(refused("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(header_refused("host: b") == 400);
  CHECK(refused("GET / HTTP/1.0\r\n\r\n") == 0);
}

TEST_CASE("the length of a body is one number, or its end is marked") {
  for (const char* value : {"", "-1", "+1", "1a", "0x10", "1,1", "1 1", "9999999999999999999"}) {
    CAPTURE(value);
    CHECK(header_refused("content-length: " + std::string(value)) == 400);
  }
  CHECK(header_refused("content-length: 1\r\ncontent-length: 1") == 400);
  CHECK(header_refused("content-length: 1\r\ntransfer-encoding: chunked") == 400);
  CHECK(
      parsed("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n").transfer_encoding);
}

TEST_CASE("connections are kept as the versions of HTTP say, or as the client wishes") {
  const std::string eleven = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string ten = "GET / HTTP/1.0\r\n";
  CHECK(parsed(eleven + "\r\n").keep_alive);
  CHECK_FALSE(parsed(eleven + "Connection: foo, Close\r\n\r\n").keep_alive);
  CHECK_FALSE(parsed(ten + "\r\n").keep_alive);
  CHECK(parsed(ten + "Connection: Keep-Alive\r\n\r\n").keep_alive);
}

TEST_CASE("100-continue is the only expectation") {
  CHECK(header_refused("expect: 200-ok") == 417);
  CHECK(parsed("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").expects_continue);
  CHECK_FALSE(parsed("PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
}

TEST_CASE("a request for a WebSocket is known and checked") {
  const auto asked = [](const std::string& first, const std::string& version,
                        const std::string& key) {
    const HttpHead head =
        parsed(first + "\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n" +
               "Sec-WebSocket-Version: " + version + "\r\nSec-WebSocket-Key: " + key + "\r\n\r\n");
    CHECK(head.web_socket);
    const auto refusal = check_web_socket(head.request, head.content_length != 0);
    return refusal ? refusal->status : 0;
  };
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  CHECK(asked("GET / HTTP/1.1", "13", key) == 0);
  CHECK(asked("GET / HTTP/1.1", "8", key) == 426);
  CHECK(asked("GET / HTTP/1.1", "13", "") == 400);
  CHECK(asked("GET / HTTP/1.1", "13", "dGhlIHNhbXBsZSBub25jZQ=") == 400);
  CHECK(asked("GET / HTTP/1.1", "13", "dGhlIHNhbXBsZSBub25jZ!==") == 400);
  CHECK(asked("POST / HTTP/1.1", "13", key) == 400);
  CHECK(asked("GET / HTTP/1.1\r\nContent-Length: 1", "13", key) == 400);
}

TEST_CASE("an upgrade to something else is no request for a WebSocket") {
  const std::string first = "GET / HTTP/1.1\r\nHost: a\r\n";
  CHECK_FALSE(parsed(first + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n").web_socket);
  CHECK_FALSE(parsed(first + "Upgrade: websocket\r\n\r\n").web_socket);
}
