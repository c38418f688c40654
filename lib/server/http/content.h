// A piece of content with what HTTP can do with it: entity tags, ranges, types.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace voiceagent::server {

struct Content {
  std::string_view bytes;  // must live during the call
  std::string content_type;
  std::string etag;  // quoted; empty: none
  std::string cache_control = "no-cache";
};

// The answer to a GET for it: whole (200), in part (206), not again (304), or nothing of what was
// asked for (416).
net::HttpResponse content_response(const net::HttpRequest& request, const Content& content);

// By the ending of a file's name; application/octet-stream for what is unknown.
std::string_view content_type_of(std::string_view name);

// A tag that stands for these bytes.
std::string etag_of(std::string_view bytes);

}  // namespace voiceagent::server
