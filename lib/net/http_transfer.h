// One request of the HTTP client on its way.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

#include "net/curl_loop.h"
#include "net/curl_request.h"
#include "net/http_client.h"
#include "net/resolver.h"

namespace voiceagent::net {

// What the transfers of one client share.
struct HttpClientCore {
  std::shared_ptr<CurlLoop> curl;
  AddressCache addresses;
};

// Resolves, connects, sends, and hands the answer to the listener as it comes. Lives until it has
// told how it ended, or cancel().
class HttpTransfer final : public CurlUser, public std::enable_shared_from_this<HttpTransfer> {
 public:
  HttpTransfer(std::shared_ptr<HttpClientCore> core, HttpClientListener& listener)
      : core_(std::move(core)), listener_(&listener) {}

  // Calls the listener, if the request is not valid.
  void begin(HttpClientRequest request);
  // The listener hears nothing more. Begun or not; a second call does nothing.
  void cancel() { leave(); }

 private:
  void resolve();
  void connect(const Addresses& addresses);
  void set_callbacks();
  void wait_for_byte(Duration limit);

  std::size_t take_header(std::string_view line);
  std::size_t finish_head();
  std::size_t take_body(std::string_view piece);
  std::size_t refuse(std::string why);
  void ended(CURLcode result) override;
  Status explain(CURLcode result) const;

  HttpClientListener* leave();
  void fail(ErrorCode code, const std::string& what);
  Status failure(ErrorCode code, const std::string& what) const {
    return {code, request_->url().origin() + ": " + what};
  }
  Loop& loop() const { return *core_->curl->loop(); }

  std::shared_ptr<HttpClientCore> core_;
  HttpClientListener* listener_;  // null once it is over
  std::unique_ptr<CurlRequest> request_;
  std::unique_ptr<Lookup> lookup_;
  TimerId timer_ = 0;  // of the look-up, then of the next byte
  Time began_;
  Time last_byte_;
  curl_off_t uploaded_ = 0;
  bool added_ = false;  // to libcurl

  std::string refused_;  // why we broke the answer off
  HttpHeaders head_;
  std::size_t head_bytes_ = 0;
  bool head_told_ = false;
  std::size_t body_bytes_ = 0;
};

}  // namespace voiceagent::net
