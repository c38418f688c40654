// How a server begins, speaks TLS and ends.
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "support/catch.h"
#include "support/certificate.h"
#include "support/gate.h"
#include "support/raw_client.h"
#include "support/temp_dir.h"
#include "support/web_app.h"

using namespace voiceagent;
using namespace voiceagent::net;
using namespace std::chrono_literals;
using test::Gate;
using test::RawClient;
using test::TempDir;
using test::WebApp;
using test::WebServer;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Keeps its socket, and says how it ended.
struct Listening final : WebSocketHandler {
  explicit Listening(Gate& opened_gate) : gate(opened_gate) {}
  void opened(std::shared_ptr<WebSocket>) override { gate.open(); }
  void text(std::span<char>) override {}
  void binary(std::span<const std::byte>) override {}
  void closed(int, std::string_view) override {}
  Gate& gate;
};

std::shared_ptr<WebApp> app_with_web_sockets(Gate& opened) {
  auto app = std::make_shared<WebApp>();
  app->on_upgrade = [&opened](const HttpRequest&) {
    UpgradeAnswer answer;
    answer.handler = std::make_unique<Listening>(opened);
    return answer;
  };
  return app;
}

HttpServerOptions with_tls(const TempDir& dir, const std::string& name = "one") {
  HttpServerOptions options;
  options.tls = TlsFiles{dir.path("cert.pem"), dir.path("key.pem")};
  test::write_certificate(name, options.tls->certificate, options.tls->key);
  return options;
}

std::string start_error(HttpServerOptions options) {
  WebServer server(std::make_shared<WebApp>(), std::move(options));
  return server.status.message();
}

bool says(const std::string& message, std::string_view part) {
  CAPTURE(message);
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a server that can't start says why") {
  WebServer running(std::make_shared<WebApp>());
  HttpServerOptions options;
  options.port = running.port();
  CHECK(says(start_error(options),
             "127.0.0.1:" + std::to_string(running.port()) + ": the port is in use"));
  options.port = 70'000;
  CHECK(says(start_error(options), "not between 0 and 65535"));
  options.port = 0;
  options.host = "192.0.2.1";
  CHECK(says(start_error(options), "no address of this machine"));
  options.host = "no such host";
  CHECK(says(start_error(options), "\"no such host\""));
  options.host = "127.0.0.1";
  options.trusted_proxies = {"10.0.0.0/33"};
  CHECK(says(start_error(options), "trusted proxies: \"10.0.0.0/33\" is neither"));
}

TEST_CASE("names and IPv6 addresses can be listened on") {
  HttpServerOptions options;
  options.host = "localhost";
  WebServer server(std::make_shared<WebApp>(), options);
  REQUIRE(server.status.ok());
  CHECK(server->address() == "127.0.0.1");
  CHECK(RawClient(server.port()).ask(kGet).status == 200);
  options.host = "::";
  WebServer six(std::make_shared<WebApp>(), options);
  if (six.status.ok()) CHECK(RawClient(six.port()).ask(kGet).status == 200);
}

TEST_CASE("certificates that can't be used are refused with their files' names") {
  const TempDir dir;
  HttpServerOptions good = with_tls(dir);
  HttpServerOptions options = good;
  options.tls->certificate = dir.path("none.pem");
  CHECK(says(start_error(options), "none.pem: No such file"));
  options = good;
  options.tls->key.clear();
  CHECK(says(start_error(options), "no file is named for the key"));
  options = good;
  const std::string text = "no PEM";
  dir.write("text.pem", std::as_bytes(std::span(text)));
  options.tls->certificate = dir.path("text.pem");
  CHECK(says(start_error(options), "text.pem holds no certificate in PEM"));
  options = good;
  options.tls->key = dir.path("text.pem");
  CHECK(says(start_error(options), "text.pem holds no key in PEM"));
  test::write_certificate("other", dir.path("other.pem"), dir.path("other-key.pem"));
  options.tls->key = dir.path("other-key.pem");
  CHECK(says(start_error(options), "other-key.pem"));
  CHECK(says(start_error(options), "cert.pem"));
}

TEST_CASE("a key that is encrypted is refused without asking anybody for its passphrase") {
  const TempDir dir;
  const HttpServerOptions options = with_tls(dir, "one");
  WebServer running(std::make_shared<WebApp>(), options);
  test::write_certificate("two", options.tls->certificate, options.tls->key, "a passphrase");
  CHECK(says(start_error(options), "key.pem is encrypted"));
  const Status again = running->reload_tls();
  CHECK(again.code() == ErrorCode::kInvalidArgument);
  CHECK(says(again.message(), "key.pem is encrypted"));
  CHECK(RawClient(running.port(), true).certificate() == "/CN=one");
}

TEST_CASE("over TLS all is as without: requests, large bodies both ways, WebSockets") {
  const TempDir dir;
  const auto app = std::make_shared<WebApp>();
  struct Echo final : WebSocketHandler {
    std::shared_ptr<WebSocket> socket;
    void opened(std::shared_ptr<WebSocket> opened) override { socket = std::move(opened); }
    void text(std::span<char> text) override { socket->send_text({text.data(), text.size()}); }
    void binary(std::span<const std::byte> bytes) override { socket->send_binary(bytes); }
    void closed(int, std::string_view) override {}
  };
  app->on_upgrade = [](const HttpRequest& request) {
    UpgradeAnswer answer;
    if (request.secure) answer.handler = std::make_unique<Echo>();
    return answer;
  };
  WebServer server(app, with_tls(dir), 2);
  REQUIRE(server.status.ok());
  RawClient client(server.port(), true);
  REQUIRE(client.connected());
  CHECK(client.certificate() == "/CN=one");
  CHECK(client.ask(kGet).body == "GET / ");
  const std::string body(3'000'000, 'x');
  const auto answer =
      client.ask("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + body);
  CHECK(answer.body == "POST /p " + body);
  CHECK(client.upgrade("/ws").starts_with("HTTP/1.1 101 "));
  for (std::size_t size : {10, 640, 20'000, 200'000}) {
    const std::string payload(size, 'y');
    REQUIRE(client.send(RawClient::frame(0x82, payload)));
    CHECK(client.receive_frame().payload == payload);
  }
}

TEST_CASE("plain HTTP on a port for TLS ends at once, and others don't notice") {
  const TempDir dir;
  WebServer server(std::make_shared<WebApp>(), with_tls(dir));
  RawClient plain(server.port());
  REQUIRE(plain.send(kGet));
  plain.receive_all();
  CHECK(plain.closed());
  CHECK(RawClient(server.port(), true).ask(kGet).status == 200);
}

TEST_CASE("a certificate is read again for new connections; a broken one changes nothing") {
  const TempDir dir;
  HttpServerOptions options = with_tls(dir, "one");
  WebServer server(std::make_shared<WebApp>(), options);
  RawClient before(server.port(), true);
  CHECK(before.certificate() == "/CN=one");
  test::write_certificate("two", options.tls->certificate, options.tls->key);
  CHECK(server->reload_tls().ok());
  CHECK(RawClient(server.port(), true).certificate() == "/CN=two");
  CHECK(before.ask(kGet).status == 200);
  const std::string text = "broken";
  dir.write("key.pem", std::as_bytes(std::span(text)));
  CHECK_FALSE(server->reload_tls().ok());
  CHECK(RawClient(server.port(), true).certificate() == "/CN=two");
  WebServer plain(std::make_shared<WebApp>());
  CHECK(plain->reload_tls().code() == ErrorCode::kFailedPrecondition);
}

TEST_CASE("a server that takes no more connections finishes what it has") {
  const auto app = std::make_shared<WebApp>();
  std::shared_ptr<HttpExchange> kept;
  Gate serving;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/idle") return exchange->send({});
    kept = std::move(exchange);
    serving.open();
  };
  WebServer server(app);
  RawClient idle(server.port());
  CHECK(idle.ask("GET /idle HTTP/1.1\r\nHost: a\r\n\r\n").status == 200);
  RawClient busy(server.port());
  REQUIRE(busy.send(kGet));
  REQUIRE(serving.wait());
  server->stop_accepting();
  CHECK(idle.receive_all().empty());
  CHECK(idle.closed());
  std::size_t cut = 1;
  std::thread closing([&] { cut = server->close(20s); });
  server.loops().front()->post([&] {
    kept->send({200, {}, "done"});
    kept.reset();
  });
  const auto answer = busy.receive_answer();
  CHECK(answer.body == "done");
  CHECK(answer.head.find("connection: close") != std::string::npos);
  closing.join();
  CHECK(cut == 0);
  CHECK_FALSE(RawClient(server.port()).connected());
}

TEST_CASE("a connection whose answer had begun before the server's end isn't kept after it") {
  const auto app = std::make_shared<WebApp>();
  std::shared_ptr<HttpExchange> kept;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    exchange->begin({200, {}, {}});
    kept = std::move(exchange);
  };
  WebServer server(app);
  RawClient client(server.port());
  REQUIRE(client.send(kGet));
  CHECK(client.receive_answer(true).status == 200);
  server->stop_accepting();
  server.loops().front()->post([&] { std::exchange(kept, nullptr)->end(); });
  CHECK(client.receive_all() == "0\r\n\r\n");
  CHECK(client.closed());
}

TEST_CASE("what hasn't ended after the grace period is cut; WebSockets are told") {
  Gate opened;
  const auto app = app_with_web_sockets(opened);
  std::shared_ptr<HttpExchange> kept;
  Gate serving;
  Gate gone;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    exchange->on_gone([&] { gone.open(); });
    kept = std::move(exchange);
    serving.open();
  };
  WebServer server(app, {}, 2);
  RawClient web_socket(server.port());
  web_socket.upgrade("/ws");
  REQUIRE(opened.wait());
  RawClient busy(server.port());
  REQUIRE(busy.send(kGet));
  REQUIRE(serving.wait());
  CHECK(server->close(20ms) == 2);
  const auto frame = web_socket.receive_frame();
  CHECK(frame.close_code() == kCloseGoingAway);
  CHECK(gone.wait());
  CHECK(busy.receive_all().empty());
  CHECK(server->statistics().open == 0);
  CHECK(server->close(20s) == 0);
}

TEST_CASE("a server may be destroyed while clients are connected and requests are held") {
  Gate opened;
  const auto app = app_with_web_sockets(opened);
  std::shared_ptr<HttpExchange> kept;
  Gate serving;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    kept = std::move(exchange);
    serving.open();
  };
  auto server = std::make_unique<WebServer>(app, HttpServerOptions{}, 2);
  const auto loops = server->loops();
  RawClient web_socket(server->port());
  web_socket.upgrade("/ws");
  RawClient busy(server->port());
  REQUIRE(busy.send(kGet));
  REQUIRE(serving.wait());
  REQUIRE(opened.wait());
  server.reset();
  kept->send({});
  kept.reset();
  busy.receive_all();
  CHECK(busy.closed());
}
