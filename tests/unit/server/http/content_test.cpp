#include "server/http/content.h"

#include "server/http/byte_range.h"
#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::server;

namespace {

const Content kContent{"0123456789", "text/plain", "\"tag\"", "no-cache"};

net::HttpResponse get(std::initializer_list<std::pair<std::string, std::string>> headers,
                      std::string method = "GET") {
  net::HttpRequest request;
  request.method = std::move(method);
  request.headers = headers;
  return content_response(request, kContent);
}

void check_range(std::string_view header, RangeKind kind, std::uint64_t first = 0,
                 std::uint64_t last = 0) {
  CAPTURE(header);
  const ByteRange range = parse_range(header, 10);
  CHECK(range.kind == kind);
  CHECK(range.first == first);
  CHECK(range.last == last);
}

}  // namespace

TEST_CASE("one range of bytes is understood, several or nonsense are left aside") {
  check_range("bytes=0-3", RangeKind::kPart, 0, 3);
  check_range("bytes=4-", RangeKind::kPart, 4, 9);
  check_range("bytes=-3", RangeKind::kPart, 7, 9);
  check_range("bytes=-300", RangeKind::kPart, 0, 9);
  check_range("bytes=8-300", RangeKind::kPart, 8, 9);
  check_range("bytes=10-", RangeKind::kUnsatisfiable);
  check_range("bytes=-0", RangeKind::kUnsatisfiable);
  for (const char* header : {"", "bytes=", "bytes=-", "bytes=3-1", "bytes=a-b", "bytes=1-2,4-5",
                             "items=0-1", "bytes=0-99999999999999999999999", "bytes=+1-2"}) {
    check_range(header, RangeKind::kWhole);
  }
  CHECK(parse_range("bytes=0-", 0).kind == RangeKind::kUnsatisfiable);
}

TEST_CASE("content is sent whole with its type and tag") {
  const net::HttpResponse response = get({});
  CHECK(response.status == 200);
  CHECK(response.body == "0123456789");
  CHECK(response.headers.get("content-type") == "text/plain");
  CHECK(response.headers.get("etag") == "\"tag\"");
  CHECK(response.headers.get("accept-ranges") == "bytes");
}

TEST_CASE("only GET asks for a part") {
  const net::HttpResponse response = get({{"range", "bytes=0-3"}}, "HEAD");
  CHECK(response.status == 200);
  CHECK_FALSE(response.headers.has("content-range"));
  CHECK(get({{"range", "bytes=99-"}}, "HEAD").status == 200);
}

TEST_CASE("content that the client has is not sent again") {
  for (const char* tags : {"\"tag\"", "W/\"tag\"", "\"a\", \"tag\"", "*"}) {
    const net::HttpResponse response = get({{"if-none-match", tags}});
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(response.headers.get("etag") == "\"tag\"");
  }
  CHECK(get({{"if-none-match", "\"other\""}}).status == 200);
}

TEST_CASE("a part of content is sent with its place") {
  const net::HttpResponse part = get({{"range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(part.body == "234");
  CHECK(part.headers.get("content-range") == "bytes 2-4/10");
  const net::HttpResponse none = get({{"range", "bytes=20-"}});
  CHECK(none.status == 416);
  CHECK(none.headers.get("content-range") == "bytes */10");
}

TEST_CASE("a part is sent only of the content that the client began with") {
  CHECK(get({{"range", "bytes=2-4"}, {"if-range", "\"tag\""}}).status == 206);
  CHECK(get({{"range", "bytes=2-4"}, {"if-range", "\"old\""}}).status == 200);
}

TEST_CASE("types follow the ending of a name") {
  CHECK(content_type_of("index.HTML") == "text/html; charset=utf-8");
  CHECK(content_type_of("a.b.js") == "text/javascript; charset=utf-8");
  CHECK(content_type_of("noending") == "application/octet-stream");
  CHECK(etag_of("a") != etag_of("b"));
  CHECK(etag_of("a") == etag_of("a"));
}
