#include "net/sse.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

namespace {

using voiceagent::net::SseEvent;
using voiceagent::net::SseParser;

// The events of a stream that comes in pieces of `piece` bytes, each as "type|data|id".
std::vector<std::string> events(std::string_view stream, std::size_t piece = 1'000'000) {
  SseParser parser;
  std::vector<std::string> found;
  while (!stream.empty()) {
    const std::string bytes(stream.substr(0, piece));
    stream.remove_prefix(bytes.size());
    parser.feed(bytes);
    for (SseEvent event; parser.next(event);) {
      found.push_back(std::string(event.type) + "|" + std::string(event.data) + "|" +
                      std::string(event.id));
    }
  }
  CHECK(parser.status().ok());
  return found;
}

using Events = std::vector<std::string>;

}  // namespace

TEST_CASE("an event ends at an empty line", "[sse]") {
  CHECK(events("data: one\n\ndata: two\n\n") == Events{"message|one|", "message|two|"});
  CHECK(events("data: one\n").empty());
  CHECK(events("data: one").empty());
  CHECK(events("").empty());
}

TEST_CASE("lines of data are joined, and one space after the colon is no part of them", "[sse]") {
  CHECK(events("data: a\ndata:b\ndata:  c\n\n") == Events{"message|a\nb\n c|"});
  CHECK(events("data\n\n") == Events{"message||"});
  CHECK(events("data\ndata\n\n") == Events{"message|\n|"});
}

TEST_CASE("an event has the type that it names, the next one not", "[sse]") {
  CHECK(events("event: ping\ndata: 1\n\ndata: 2\n\n") == Events{"ping|1|", "message|2|"});
  CHECK(events("event: lost\n\ndata: 2\n\n") == Events{"message|2|"});
}

TEST_CASE("an id holds until the next one", "[sse]") {
  CHECK(events("id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n") ==
        Events{"message|1|7", "message|2|7", "message|3|"});
  CHECK(events(std::string_view("id: a\0b\ndata: 1\n\n", 17)) == Events{"message|1|"});
}

TEST_CASE("comments and unknown fields are passed over", "[sse]") {
  CHECK(events(": keep-alive\n\nretry: 10\nfoo: bar\ndata: 1\n:\n\n") == Events{"message|1|"});
}

TEST_CASE("lines may end in LF, CR or both, wherever the stream is cut", "[sse]") {
  const std::string_view stream = "data: a\r\n\r\ndata: b\r\rdata: c\n\nevent: e\rdata: d\r\n\n";
  const Events expected{"message|a|", "message|b|", "message|c|", "e|d|"};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    INFO(piece);
    CHECK(events(stream, piece) == expected);
  }
}

TEST_CASE("a byte order mark at the beginning is passed over, and only there", "[sse]") {
  const std::string_view stream =
      "\xEF\xBB\xBF"
      "data: 1\n\n\xEF\xBB\xBF"
      "data: 2\n\n";
  for (const std::size_t piece : {1, 2, 3, 4, 100}) {
    CHECK(events(stream, piece) == Events{"message|1|"});
  }
}

TEST_CASE("invalid UTF-8 is mended", "[sse]") {
  CHECK(events("data: a\xFF"
               "b\n\n") == Events{"message|a\xEF\xBF\xBD"
                                  "b|"});
}

TEST_CASE("an event that never ends is an error, not a heap of memory", "[sse]") {
  const std::string piece = GENERATE("xxxxxxxxxx", "data: xxxxxxxxxx\n");
  SseParser parser(100);
  SseEvent event;
  for (int i = 0; i < 20; ++i) {
    parser.feed(piece);
    CHECK_FALSE(parser.next(event));
  }
  CHECK(parser.status().code() == voiceagent::ErrorCode::kProtocol);
  CHECK(parser.status().message() == "an event of the stream is longer than 100 bytes");
  parser.feed("\n\ndata: 1\n\n");
  CHECK_FALSE(parser.next(event));
}
