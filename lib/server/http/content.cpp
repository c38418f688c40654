#include "server/http/content.h"

#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "server/http/byte_range.h"
#include "server/http/problem.h"

namespace voiceagent::server {
namespace {

// Whether a list of tags ("*", "a", W/"b") has `etag`, compared weakly.
bool lists(std::string_view tags, std::string_view etag) {
  while (!tags.empty()) {
    const std::size_t comma = tags.find(',');
    std::string_view tag = trim(tags.substr(0, comma));
    tags.remove_prefix(comma == std::string_view::npos ? tags.size() : comma + 1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || tag == etag) return true;
  }
  return false;
}

net::HttpResponse unsatisfiable(const net::HttpRequest& request, std::size_t size) {
  Problem refusal = problem(
      416, "nothing of that range is there: the content has " + std::to_string(size) + " bytes");
  refusal.headers.set("content-range", "bytes */" + std::to_string(size));
  return to_response(refusal, request.id, request.path);
}

}  // namespace

net::HttpResponse content_response(const net::HttpRequest& request, const Content& content) {
  net::HttpResponse response;
  response.headers.set("cache-control", content.cache_control);
  response.headers.set("accept-ranges", "bytes");
  if (!content.etag.empty()) {
    response.headers.set("etag", content.etag);
    if (lists(request.header("if-none-match"), content.etag)) {
      response.status = 304;
      return response;
    }
  }
  response.headers.set("content-type", content.content_type);
  ByteRange range;
  const std::string_view condition = request.header("if-range");
  const bool may_be_part = request.method == "GET";  // RFC 9110, 14.2
  if (may_be_part && (condition.empty() || condition == content.etag)) {
    range = parse_range(request.header("range"), content.bytes.size());
  }
  if (range.kind == RangeKind::kUnsatisfiable) return unsatisfiable(request, content.bytes.size());
  if (range.kind == RangeKind::kWhole) {
    response.body = content.bytes;
    return response;
  }
  response.status = 206;
  response.headers.set("content-range", "bytes " + std::to_string(range.first) + "-" +
                                            std::to_string(range.last) + "/" +
                                            std::to_string(content.bytes.size()));
  response.body = content.bytes.substr(range.first, range.last - range.first + 1);
  return response;
}

std::string_view content_type_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTypes{{
      {"html", "text/html; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"webmanifest", "application/manifest+json"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"ico", "image/x-icon"},
      {"woff2", "font/woff2"},
      {"wasm", "application/wasm"},
      {"txt", "text/plain; charset=utf-8"},
      {"wav", "audio/wav"},
      {"ogg", "audio/ogg"},
      {"mp3", "audio/mpeg"},
  }};
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    const std::string ending = to_lower(name.substr(dot + 1));
    for (const auto& [known, type] : kTypes) {
      if (ending == known) return type;
    }
  }
  return "application/octet-stream";
}

// FNV-1a: tags need to differ, not to keep secrets.
std::string etag_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string tag = "\"";
  for (int shift = 60; shift >= 0; shift -= 4) tag += kDigits[hash >> shift & 15U];
  return tag + "\"";
}

}  // namespace voiceagent::server
