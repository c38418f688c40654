// Server-sent events (WHATWG HTML, 9.2), from bytes in pieces of any length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent::net {

// Valid UTF-8; lives until the parser is called again.
struct SseEvent {
  std::string_view type;  // "message" unless the stream says otherwise
  std::string_view data;
  std::string_view id;  // the last one that came, with this event or before
};

// Hands events out one by one:
//   parser.feed(piece);
//   while (parser.next(event)) ...
class SseParser {
 public:
  // An event with more than `max_event_bytes` is an error.
  explicit SseParser(std::size_t max_event_bytes = std::size_t{1} << 20) : max_(max_event_bytes) {}

  // The next bytes; they must live until next() has returned false. REQUIRES: it has, for the
  // bytes before.
  void feed(std::string_view bytes) { input_ = bytes; }
  // The next complete event; false when more bytes are needed, or after an error. What follows the
  // last empty line of a stream is no event.
  bool next(SseEvent& event);
  // kProtocol, for good, once an event was too long.
  const Status& status() const { return status_; }

 private:
  // Takes the next line out of what was fed; false while its end is missing. It lives until the
  // next call.
  bool next_line(std::string_view& line);
  bool fits(std::size_t more);
  // True when the line completes an event.
  bool take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);

  std::size_t max_;
  std::string_view input_;
  std::string line_;          // the beginning of a line, from pieces before
  bool line_is_out_ = false;  // line_ has been handed out
  bool after_cr_ = false;     // a '\n' belongs to the line before
  bool at_start_ = true;      // of the stream, where a byte order mark may stand
  bool event_is_out_ = false;
  std::string type_;
  std::string data_;  // with a '\n' behind each line
  std::string id_;
  Status status_;
};

}  // namespace voiceagent::net
