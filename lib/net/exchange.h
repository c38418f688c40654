// A request in the hands of the application. It may outlive its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "net/http_connection.h"
#include "net/http_server.h"

namespace voiceagent::net {

class Exchange final : public HttpExchange {
 public:
  // `share` is that of the request's body.
  Exchange(std::weak_ptr<HttpConnection> connection, std::uint64_t number,
           std::shared_ptr<Loop> loop, HttpRequest request, ByteShare share);
  ~Exchange() override;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const std::shared_ptr<Loop>& loop() const override { return loop_; }
  const HttpRequest& request() const override { return request_; }
  HttpRequest& mutable_request() override { return request_; }
  void send(HttpResponse response) override;
  void begin(HttpResponse head) override;
  bool write(std::string_view piece) override;
  void end() override;
  std::size_t queued_bytes() const override;
  void on_drained(UniqueFunction<void()> f) override { on_drained_ = std::move(f); }
  void on_gone(UniqueFunction<void()> f) override;

  // The connection tells.
  void drained();
  void gone();

 private:
  struct Callbacks {
    UniqueFunction<void()> on_drained;
    UniqueFunction<void()> on_gone;
  };

  std::shared_ptr<HttpConnection> connection() const;
  Callbacks release();

  const std::weak_ptr<HttpConnection> connection_;
  const std::uint64_t number_;
  const std::shared_ptr<Loop> loop_;
  HttpRequest request_;
  const ByteShare share_;
  bool ended_ = false;
  bool gone_ = false;  // the client, before the end
  UniqueFunction<void()> on_drained_;
  UniqueFunction<void()> on_gone_;
};

}  // namespace voiceagent::net
