// A request of the HTTP client as libcurl wants it.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "net/http_client.h"
#include "net/resolver.h"

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
  const std::string& host() const { return host_; }  // a name, or an address without brackets
  // For messages: "https://name:port". A path or a query may hold secrets.
  std::string origin() const { return scheme_ + "://" + url_host_ + ":" + port_; }
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
  std::string scheme_;
  std::string url_host_;  // an IPv6 address in brackets
  std::string host_;
  std::string port_;
  CURL* easy_ = nullptr;
  curl_slist* lines_ = nullptr;
  curl_slist* resolved_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace voiceagent::net
