// A request of the HTTP client as libcurl wants it.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "net/http_client.h"
#include "net/resolver.h"
#include "net/url.h"

namespace voiceagent::net {

// Owns the easy handle and what it points to.
class CurlRequest {
 public:
  // kInvalidArgument, with what is wrong: the URL, the method or a header.
  static Result<std::unique_ptr<CurlRequest>> make(HttpClientRequest request);
  ~CurlRequest();
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  CURL* easy() const { return easy_; }
  const HttpClientRequest& asked() const { return asked_; }
  const Url& url() const { return url_; }
  // What libcurl says about a failure.
  std::string explain(CURLcode result) const;

  // Connects to one of these; the name stays in the Host header and in TLS.
  void connect_to(const Addresses& addresses);
  void limit_time(Duration to_connect, Duration in_all);  // in_all 0: without limit

 private:
  explicit CurlRequest(HttpClientRequest request) : asked_(std::move(request)) {}
  Status read_url();
  Status check() const;
  Status set_up();
  void set_method();
  Status set_headers();
  Status add_line(const std::string& line);

  HttpClientRequest asked_;
  Url url_;
  CURL* easy_ = nullptr;
  curl_slist* lines_ = nullptr;
  curl_slist* resolved_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace voiceagent::net
