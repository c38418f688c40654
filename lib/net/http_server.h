// HTTP/1.1 and WebSocket server over several loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/byte_budget.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/web_socket.h"
#include "voiceagent/function.h"
#include "voiceagent/log.h"

namespace voiceagent::net {

// One request being answered. Everything on its loop; a worker posts its answer there
// (loop()->post). Dropping the last pointer unanswered answers 500.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const std::shared_ptr<Loop>& loop() const = 0;  // any thread
  virtual const HttpRequest& request() const = 0;         // constant; any thread
  virtual HttpRequest& mutable_request() = 0;             // to move the body out

  // Answers whole. REQUIRES: not answered yet (send() or begin()).
  virtual void send(HttpResponse response) = 0;
  // Answers in pieces: status and headers now; chunked unless a content-length is among them.
  virtual void begin(HttpResponse head) = 0;
  // One piece; false once the client has gone. Queued without bound: look at queued_bytes().
  virtual bool write(std::string_view piece) = 0;
  virtual void end() = 0;
  virtual std::size_t queued_bytes() const = 0;
  // Called (on the loop) each time what waited has been written.
  virtual void on_drained(UniqueFunction<void()> f) = 0;
  // Called (on the loop) once, when the client goes away before the end of the answer; soon, when
  // it has done so already, but never inside on_gone().
  virtual void on_gone(UniqueFunction<void()> f) = 0;
};

// Either a handler for the connection, or what refuses it.
struct UpgradeAnswer {
  std::unique_ptr<WebSocketHandler> handler;
  HttpResponse refusal;               // when there is no handler
  HttpHeaders headers;                // added to the 101
  std::string subprotocol;            // one of those that the client offered, or empty
  std::size_t max_message_bytes = 0;  // 0: the server's; else the smaller of the two
};

// What is served. Called on the connection's loop, on any of them at once: shared state is the
// application's to guard.
class HttpApplication {
 public:
  virtual ~HttpApplication() = default;
  // The headers are there, the body is not. An answer refuses the request without reading its body;
  // the body's limit may be changed here.
  virtual std::optional<HttpResponse> check(const HttpRequest& head, std::size_t& max_body) = 0;
  // The request is complete.
  virtual void serve(std::shared_ptr<HttpExchange> exchange) = 0;
  // A WebSocket is asked for.
  virtual UpgradeAnswer upgrade(const HttpRequest& request) = 0;
  // What the server itself answers (400, 408, 411, 413, 414, 417, 426, 429, 431, 500, 503, 505):
  // its body and headers. The request may be empty.
  virtual HttpResponse refuse(int status, std::string_view detail, const HttpRequest& request) = 0;
};

struct TlsFiles {
  std::string certificate;  // PEM, with its chain
  std::string key;          // PEM
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";  // a name or an address
  int port = 0;                    // 0: a free one
  std::optional<TlsFiles> tls;
  std::size_t max_connections = 10'000;
  // 0: no limit of its own. Trusted proxies have none; the WebSockets that come through them count
  // for the address of their client.
  std::size_t max_connections_per_address = 0;
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 10 << 20;
  Duration header_timeout{10'000'000'000};      // from the first byte to the end of the headers
  Duration request_timeout{60'000'000'000};     // from the first byte to the end of the body
  Duration keep_alive_timeout{30'000'000'000};  // an idle connection
  WebSocketLimits web_socket;
  // What bodies, and messages that have come in part, may hold together; over it 503 and 1013. A
  // body counts until its exchange has gone, all for the address of its client. Null: no limit.
  std::shared_ptr<ByteBudget> incoming;
  std::vector<std::string> trusted_proxies;  // addresses or networks (10.0.0.0/8) of proxies
  std::shared_ptr<Logger> logger;            // may be null
};

struct HttpServerStatistics {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // over a limit
  std::uint64_t open = 0;     // connections, WebSockets among them
  std::uint64_t web_sockets = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t dropped_messages = 0;  // audio, to slow readers
};

// Any thread, unless it says otherwise.
class HttpServer {
 public:
  // Binds, listens and spreads connections over `loops`. The error says what is in the way: a port
  // in use, an address that isn't ours, a certificate that can't be read or doesn't match its key.
  // Blocks for a moment; not on one of the loops.
  static Result<std::shared_ptr<HttpServer>> start(HttpServerOptions options,
                                                   std::vector<std::shared_ptr<Loop>> loops,
                                                   std::shared_ptr<HttpApplication> application);
  virtual ~HttpServer() = default;  // closes, without a grace period

  virtual int port() const = 0;
  virtual std::string address() const = 0;  // as bound, without a port; "127.0.0.1"
  virtual HttpServerStatistics statistics() const = 0;
  // Reads the certificate again, for new connections. The old one stays after an error. Blocks.
  virtual Status reload_tls() = 0;
  // Takes no more connections, closes those that are idle or become so, and answers what is open
  // with "connection: close".
  virtual void stop_accepting() = 0;
  // stop_accepting(), waits until requests and WebSockets have ended (at most `grace`), then closes
  // what is left (WebSockets with 1001). Blocks; not on one of the loops. Returns how many
  // connections had to be cut.
  virtual std::size_t close(std::chrono::milliseconds grace) = 0;
};

}  // namespace voiceagent::net
