// HTTP client on a loop: streaming, pooled, never blocking it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "net/loop.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::net {

struct HttpClientRequest {
  std::string method = "GET";
  std::string url;  // http or https
  HttpHeaders headers;
  std::string body;
  Duration connect_timeout{5'000'000'000};
  Duration total_timeout{0};        // 0: none
  Duration stall_timeout{0};        // no byte for so long; 0: none
  std::size_t max_body = 64 << 20;  // a longer answer fails
  bool verify_tls = true;
  std::string ca_file;  // empty: the system's
};

// Told on the loop; in this order: head, body pieces, then exactly one of done and failed.
class HttpClientListener {
 public:
  virtual void head(int status, const HttpHeaders& headers) = 0;
  virtual void body(std::string_view piece) = 0;
  virtual void done() = 0;
  // kUnavailable (no connection), kTimeout, kProtocol, kInvalidArgument (the URL), kCancelled
  // never.
  virtual void failed(Status status) = 0;

 protected:
  ~HttpClientListener() = default;
};

// A request on its way. Dropping it cancels: nothing is called back any more.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
};

// Lives on one loop; its connections are kept and used again. On the loop.
class HttpClient {
 public:
  // Any thread. Else the first client does it on its loop: some milliseconds in which nothing else
  // goes on there, and memory that OpenSSL keeps for a thread which may end late.
  static bool prepare();
  static std::shared_ptr<HttpClient> create(std::shared_ptr<Loop> loop);
  virtual ~HttpClient() = default;
  // `listener` must live until done, failed, or the call has been dropped.
  virtual std::unique_ptr<HttpCall> start(HttpClientRequest request,
                                          HttpClientListener& listener) = 0;
};

}  // namespace voiceagent::net
