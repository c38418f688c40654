#include "net/http_answer.h"

#include <array>
#include <charconv>

namespace voiceagent::net {

namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

// Which headers are the server's own business.
bool is_framing(std::string_view name) {
  return name == "content-length" || name == "transfer-encoding" || name == "connection" ||
         name == "date" || name == "keep-alive";
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t begin = out.size();
  out += name;
  out += ": ";
  out += value;
  for (std::size_t i = begin; i < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) < 0x20 || out[i] == 0x7F) out[i] = ' ';
  }
  out += "\r\n";
}

void append_head(std::string& out, const HttpResponse& response, const AnswerFrame& frame,
                 std::string_view date) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\ndate: ";
  out += date;
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_framing(name)) append_header(out, name, value);
  }
  if (frame.framing == Framing::kLength) {
    out += "content-length: ";
    append_number(out, frame.length);
    out += "\r\n";
  } else if (frame.framing == Framing::kChunked) {
    out += "transfer-encoding: chunked\r\n";
  }
  if (!frame.keep_alive) {
    out += "connection: close\r\n";
  } else if (frame.http_1_0) {
    out += "connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view piece) {
  if (piece.empty()) return;
  append_number(out, piece.size(), 16);
  out += "\r\n";
  out += piece;
  out += "\r\n";
}

}  // namespace voiceagent::net
