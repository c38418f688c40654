#include "net/http_client.h"

#include <utility>

#include "net/http_transfer.h"

namespace voiceagent::net {
namespace {

class Call final : public HttpCall {
 public:
  explicit Call(std::shared_ptr<HttpTransfer> transfer) : transfer_(std::move(transfer)) {}
  ~Call() override { transfer_->cancel(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  std::shared_ptr<HttpTransfer> transfer_;
};

class Client final : public HttpClient {
 public:
  Client(std::shared_ptr<Loop> loop, std::shared_ptr<HttpClientCore> core)
      : loop_(std::move(loop)), core_(std::move(core)) {}
  // What libcurl holds is closed on the loop.
  ~Client() override {
    if (!loop_->is_current()) loop_->post([core = std::move(core_)] {});
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Begins later: the listener is never called from here.
  std::unique_ptr<HttpCall> start(HttpClientRequest request,
                                  HttpClientListener& listener) override {
    auto transfer = std::make_shared<HttpTransfer>(core_, listener);
    loop_->post([transfer, request = std::move(request)]() mutable {
      transfer->begin(std::move(request));
    });
    return std::make_unique<Call>(std::move(transfer));
  }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<HttpClientCore> core_;
};

}  // namespace

bool HttpClient::prepare() { return CurlLoop::prepare(); }

std::shared_ptr<HttpClient> HttpClient::create(std::shared_ptr<Loop> loop) {
  std::shared_ptr<CurlLoop> curl = CurlLoop::create(loop);
  if (curl == nullptr) return nullptr;
  auto core = std::make_shared<HttpClientCore>(HttpClientCore{std::move(curl), {}});
  return std::make_shared<Client>(std::move(loop), std::move(core));
}

}  // namespace voiceagent::net
