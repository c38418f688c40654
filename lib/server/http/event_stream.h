// Server-sent events (WHATWG HTML, 9.2): an answer that comes piece by piece.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/http/call.h"
#include "voiceagent/json.h"

namespace voiceagent::server {

// One event with JSON as its data.
inline std::string event_text(std::string_view type, std::string_view json) {
  return "event: " + std::string(type) + "\ndata: " + std::string(json) + "\n\n";
}

// Whether the client asks for events.
inline bool wants_events(const net::HttpRequest& request) {
  return request.header("accept").find("text/event-stream") != std::string_view::npos;
}

inline net::HttpResponse event_stream_head() {
  return {
      200, {{"content-type", "text/event-stream; charset=utf-8"}, {"x-accel-buffering", "no"}}, {}};
}

}  // namespace voiceagent::server
