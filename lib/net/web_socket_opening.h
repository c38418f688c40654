// A client's WebSocket while it is being opened: name, connection, TLS, handshake.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "net/connection_set.h"
#include "net/descriptor.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/tls.h"
#include "net/url.h"
#include "net/web_socket_client.h"

namespace voiceagent::net {

// Lives until it has told how it ended, or give_up(). Addresses are tried one after another.
class WebSocketOpening final : public Stream::Owner,
                               public std::enable_shared_from_this<WebSocketOpening> {
 public:
  WebSocketOpening(std::shared_ptr<ConnectionSet> set, WebSocketClientOptions options,
                   std::unique_ptr<WebSocketHandler> handler)
      : set_(std::move(set)), options_(std::move(options)), handler_(std::move(handler)) {}

  // May tell the handler.
  void begin();
  // The handler hears nothing; a second call does nothing.
  void give_up();

 private:
  Status prepare();
  void resolve();
  void connect_next();
  Status connect_to(const std::string& address);
  void connect_failed(const std::string& why);
  void stream_ready() override;
  bool send();
  bool receive();
  void answered(std::size_t head_end);
  std::unique_ptr<WebSocketHandler> leave();
  void fail(const std::string& why);

  const std::shared_ptr<ConnectionSet> set_;
  const WebSocketClientOptions options_;
  std::unique_ptr<WebSocketHandler> handler_;  // null once it is over
  Url url_;
  TlsContext tls_;
  HttpRequest request_;
  std::unique_ptr<Lookup> lookup_;
  TimerId timer_ = 0;
  Addresses addresses_;
  std::size_t next_address_ = 0;
  std::unique_ptr<Stream> stream_;
  bool connected_ = false;
  std::string out_;  // of the handshake, not yet taken
  std::string in_;
};

}  // namespace voiceagent::net
