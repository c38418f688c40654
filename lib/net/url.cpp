#include "net/url.h"

#include <curl/curl.h>

#include <memory>

namespace voiceagent::net {

namespace {

using Parsed = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(const Parsed& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

Result<Url> parse_url(const std::string& text, std::string_view plain, std::string_view secure) {
  if (text.find('\0') != std::string::npos) {
    return invalid_argument("the URL contains a NUL byte");
  }
  const Parsed parsed(curl_url(), &curl_url_cleanup);
  const CURLUcode code =
      parsed ? curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME)
             : CURLUE_OUT_OF_MEMORY;
  if (code != CURLUE_OK) {
    return invalid_argument(std::string("the URL is not valid: ") + curl_url_strerror(code));
  }
  Url url;
  url.scheme = part(parsed, CURLUPART_SCHEME);
  if (url.scheme != plain && url.scheme != secure) {
    return invalid_argument("the URL is not one of " + std::string(plain) + " or " +
                            std::string(secure));
  }
  const std::string host = part(parsed, CURLUPART_HOST);
  if (host.empty()) return invalid_argument("the URL is not valid: no host part in the URL");
  url.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  const std::string port = part(parsed, CURLUPART_PORT);
  url.authority = port.empty() ? host : host + ":" + port;
  url.port = !port.empty() ? port : url.scheme == plain ? "80" : "443";
  const std::string query = part(parsed, CURLUPART_QUERY);
  url.target = part(parsed, CURLUPART_PATH) + (query.empty() ? "" : "?" + query);
  url.has_user = !part(parsed, CURLUPART_USER).empty();
  return url;
}

}  // namespace voiceagent::net
