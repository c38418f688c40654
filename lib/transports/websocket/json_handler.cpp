#include <utility>

#include "transports/websocket/handlers.h"
#include "transports/websocket/json_connection.h"

namespace voiceagent::transports {
namespace {

class JsonHandler final : public net::WebSocketHandler {
 public:
  JsonHandler(std::shared_ptr<TransportHost> host, Selection selection)
      : host_(std::move(host)), selection_(std::move(selection)) {}

  void opened(std::shared_ptr<net::WebSocket> socket) override {
    auto connection = std::make_shared<JsonConnection>(host_, std::move(socket));
    if (connection->begin(selection_)) connection_ = std::move(connection);
  }
  void text(std::span<char> message) override {
    if (connection_ != nullptr) connection_->text({message.data(), message.size()});
  }
  void binary(std::span<const std::byte>) override {
    if (connection_ != nullptr) connection_->binary();
  }
  void draining() override {
    if (connection_ != nullptr) connection_->close_when_drained();
  }
  void closed(int, std::string_view) override {
    if (connection_ != nullptr) connection_->closed();
    connection_.reset();
  }

 private:
  const std::shared_ptr<TransportHost> host_;
  const Selection selection_;
  std::shared_ptr<JsonConnection> connection_;
};

}  // namespace

std::unique_ptr<net::WebSocketHandler> make_json_handler(std::shared_ptr<TransportHost> host,
                                                         Selection selection) {
  return std::make_unique<JsonHandler>(std::move(host), std::move(selection));
}

}  // namespace voiceagent::transports
