#include "net/web_socket_frames.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "net/web_socket.h"
#include "support/catch.h"
#include "support/raw_client.h"

using namespace voiceagent::net;
using voiceagent::test::RawClient;

namespace {

// Writes down what it is told.
struct Log final : FrameReader::Sink {
  std::vector<std::string> lines;
  bool more = true;

  bool on_message(bool is_text, std::span<char> bytes) override {
    lines.push_back((is_text ? "text " : "binary ") + std::string(bytes.data(), bytes.size()));
    std::fill(bytes.begin(), bytes.end(), 'X');  // allowed
    return more;
  }
  bool on_ping(std::span<char> bytes) override {
    lines.push_back("ping " + std::string(bytes.data(), bytes.size()));
    return more;
  }
  bool on_pong() override {
    lines.emplace_back("pong");
    return more;
  }
  void on_close(int code, std::string_view reason) override {
    lines.push_back("close " + std::to_string(code) + " " + std::string(reason));
  }
};

// What is read when it comes in pieces of `step` bytes; the last line is the error, if there is
// one.
std::vector<std::string> read(const std::string& bytes, std::size_t step = 1'000'000,
                              std::size_t max_message = 100'000) {
  FrameReader reader(max_message);
  Log log;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::string piece = bytes.substr(at, step);
    const auto error = reader.read(piece, log);
    if (error.code == 0) continue;
    log.lines.push_back("error " + std::to_string(error.code));
    break;
  }
  return log.lines;
}

int error_of(const std::string& bytes) {
  const auto lines = read(bytes);
  CHECK(read(bytes, 1) == lines);
  const std::string last = lines.empty() ? "" : lines.back();
  return last.starts_with("error ") ? std::stoi(last.substr(6)) : 0;
}

std::string close_payload(int code, const std::string& reason = "") {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason;
}

}  // namespace

TEST_CASE("messages of any length are read, however they come in pieces") {
  for (std::size_t size : {0, 1, 125, 126, 127, 1000, 65535, 65536, 70000}) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) payload += static_cast<char>('a' + i % 26);
    const std::string bytes = RawClient::frame(0x82, payload) + RawClient::frame(0x81, "end");
    const std::vector<std::string> expected{"binary " + payload, "text end"};
    for (std::size_t step : {1, 2, 3, 7, 64, 4096, 1'000'000}) CHECK(read(bytes, step) == expected);
  }
}

TEST_CASE("a message may come in many frames, with control frames between them") {
  const std::string bytes = RawClient::frame(0x01, "a\xC3") + RawClient::frame(0x89, "p") +
                            RawClient::frame(0x00, "") + RawClient::frame(0x8A, "q") +
                            RawClient::frame(0x80, "\xA9z") + RawClient::frame(0x02, "") +
                            RawClient::frame(0x80, "");
  const std::vector<std::string> expected{"ping p", "pong", "text a\xC3\xA9z", "binary "};
  CHECK(read(bytes) == expected);
  CHECK(read(bytes, 1) == expected);
}

TEST_CASE("a client's mistakes are errors of the protocol") {
  CHECK(error_of(std::string("\x82\x01") + "a") == kCloseProtocolError);  // not masked
  CHECK(error_of(RawClient::frame(0xC2, "a")) == kCloseProtocolError);
  CHECK(error_of(RawClient::frame(0x92, "a")) == kCloseProtocolError);
  for (int kind : {3, 7, 11, 15}) {
    CHECK(error_of(RawClient::frame(0x80 | kind, "a")) == kCloseProtocolError);
  }
  CHECK(error_of(RawClient::frame(0x80, "a")) == kCloseProtocolError);
  CHECK(error_of(RawClient::frame(0x01, "a") + RawClient::frame(0x81, "b")) == kCloseProtocolError);
  CHECK(error_of(RawClient::frame(0x09, "a")) == kCloseProtocolError);
  CHECK(error_of(RawClient::frame(0x89, std::string(126, 'a'))) == kCloseProtocolError);
  CHECK(error_of(std::string("\x82\xFE\x00\x01\0\0\0\0a", 9)) == kCloseProtocolError);
  CHECK(error_of(std::string("\x82\xFF\0\0\0\0\0\0\x10\0\0\0\0\0", 14)) == kCloseProtocolError);
}

TEST_CASE("a message that is too long is refused at its header, in one frame or in many") {
  CHECK(error_of(RawClient::frame(0x82, std::string(100'000, 'a'))) == 0);
  CHECK(error_of(RawClient::frame(0x82, std::string(100'001, 'a')).substr(0, 14)) == kCloseTooBig);
  CHECK(error_of(std::string("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14)) ==
        kCloseTooBig);
  CHECK(error_of(RawClient::frame(0x02, std::string(60'000, 'a')) +
                 RawClient::frame(0x80, std::string(40'001, 'a'))) == kCloseTooBig);
}

TEST_CASE("text must be UTF-8, whole characters cut by frames allowed") {
  CHECK(error_of(RawClient::frame(0x81, "a\xFF")) == kCloseInvalidText);
  CHECK(error_of(RawClient::frame(0x81, "\xC3")) == kCloseInvalidText);
  CHECK(error_of(RawClient::frame(0x82, "a\xFF")) == 0);
}

TEST_CASE("close frames carry nothing, or a code that may be sent and a reason") {
  CHECK(read(RawClient::frame(0x88, "")) == std::vector<std::string>{"close 1005 "});
  CHECK(read(RawClient::frame(0x88, close_payload(1000, "bye"))) ==
        std::vector<std::string>{"close 1000 bye"});
  CHECK(error_of(RawClient::frame(0x88, "a")) == kCloseProtocolError);
  for (int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
    CAPTURE(code);
    CHECK(error_of(RawClient::frame(0x88, close_payload(code))) == kCloseProtocolError);
  }
  for (int code : {1000, 1001, 1003, 1007, 1014, 3000, 4999}) CHECK(is_close_code(code));
  CHECK(error_of(RawClient::frame(0x88, close_payload(1000, "\xFF"))) == kCloseInvalidText);
}

TEST_CASE("after a close frame, an error, or when nothing is wanted, nothing more is read") {
  CHECK(read(RawClient::frame(0x88, "") + RawClient::frame(0x81, "a")).size() == 1);
  FrameReader reader(100);
  Log log;
  log.more = false;
  std::string bytes = RawClient::frame(0x81, "a") + RawClient::frame(0x81, "b");
  CHECK(reader.read(bytes, log).code == 0);
  CHECK(log.lines == std::vector<std::string>{"text a"});
}

TEST_CASE("a server's header says how long the frame is, in as few bytes as can be") {
  const auto header = [](std::uint64_t size) {
    std::array<char, kMaxFrameHeader> out{};
    return std::string(out.data(), write_frame_header(FrameKind::kBinary, size, out.data()));
  };
  CHECK(header(125) == std::string("\x82\x7D"));
  CHECK(header(126) == std::string("\x82\x7E\x00\x7E", 4));
  CHECK(header(65535) == std::string("\x82\x7E\xFF\xFF"));
  CHECK(header(65536) == std::string("\x82\x7F\0\0\0\0\0\x01\0\0", 10));
}

TEST_CASE("a key is answered as RFC 6455 shows") {
  CHECK(web_socket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
