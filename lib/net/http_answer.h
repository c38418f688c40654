// The bytes of answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"

namespace voiceagent::net {

// How the end of a body is known.
enum class Framing {
  kLength,   // content-length
  kChunked,  // each piece says its own
  kClose,    // the connection's end is the body's (HTTP/1.0)
  kNone,     // there is no body, and nothing is said about it (204, 304)
};

struct AnswerFrame {
  Framing framing = Framing::kLength;
  std::uint64_t length = 0;
  bool keep_alive = true;
  bool http_1_0 = false;
};

// Whether answers with that status have a body.
bool has_body(int status);

// Appends the status line, the headers and the empty line. What a header may not hold is replaced,
// so that no value can begin another.
void append_head(std::string& out, const HttpResponse& response, const AnswerFrame& frame,
                 std::string_view date);

// Appends one header.
void append_header(std::string& out, std::string_view name, std::string_view value);

// Appends a piece of a chunked body; an empty one isn't there at all.
void append_chunk(std::string& out, std::string_view piece);

inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace voiceagent::net
