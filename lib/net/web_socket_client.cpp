#include "net/web_socket_client.h"

#include <chrono>
#include <utility>

#include "net/web_socket_opening.h"

namespace voiceagent::net {

namespace {

class Attempt final : public WebSocketAttempt {
 public:
  explicit Attempt(std::shared_ptr<WebSocketOpening> opening) : opening_(std::move(opening)) {}
  ~Attempt() override { opening_->give_up(); }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

 private:
  std::shared_ptr<WebSocketOpening> opening_;
};

// All client connections of a loop share one set: it lives on the loop's thread.
std::shared_ptr<ConnectionSet> clients_of(const std::shared_ptr<Loop>& loop) {
  thread_local std::weak_ptr<ConnectionSet> present;
  std::shared_ptr<ConnectionSet> set = present.lock();
  if (!set || set->loop() != loop) {
    set = std::make_shared<ConnectionSet>(loop, std::chrono::milliseconds(100));
    present = set;
  }
  return set;
}

}  // namespace

std::unique_ptr<WebSocketAttempt> connect_web_socket(std::shared_ptr<Loop> loop,
                                                     WebSocketClientOptions options,
                                                     std::unique_ptr<WebSocketHandler> handler) {
  auto opening =
      std::make_shared<WebSocketOpening>(clients_of(loop), std::move(options), std::move(handler));
  loop->post([opening] { opening->begin(); });
  return std::make_unique<Attempt>(std::move(opening));
}

}  // namespace voiceagent::net
