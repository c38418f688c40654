// What clients send in part, and how much of it a server holds.
#include "net/byte_budget.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "net/http_server.h"
#include "support/catch.h"
#include "support/raw_client.h"
#include "support/web_app.h"

using namespace voiceagent;
using namespace voiceagent::net;
using test::RawClient;
using test::WebApp;
using test::WebServer;

namespace {

struct Echo final : WebSocketHandler {
  void opened(std::shared_ptr<WebSocket> opened) override { socket = std::move(opened); }
  void text(std::span<char> message) override { socket->send_text(std::to_string(message.size())); }
  void binary(std::span<const std::byte>) override {}
  void closed(int, std::string_view) override { socket.reset(); }
  std::shared_ptr<WebSocket> socket;
};

struct Stand {
  explicit Stand(std::size_t limit, std::size_t per_client = 0)
      : budget(std::make_shared<ByteBudget>(limit, per_client)) {
    app->on_upgrade = [](const HttpRequest&) {
      UpgradeAnswer answer;
      answer.handler = std::make_unique<Echo>();
      return answer;
    };
    HttpServerOptions options;
    options.incoming = budget;
    options.trusted_proxies = {"127.0.0.1"};
    server = std::make_unique<WebServer>(app, std::move(options));
  }
  int port() const { return server->port(); }
  void wait_until_held(std::size_t at_least, std::size_t at_most) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(50);
    while (budget->held() < at_least || budget->held() > at_most) {
      REQUIRE(std::chrono::steady_clock::now() < end);  // only ends a test that hangs
      std::this_thread::yield();
    }
  }

  std::shared_ptr<ByteBudget> budget;
  std::shared_ptr<WebApp> app = std::make_shared<WebApp>();
  std::unique_ptr<WebServer> server;
};

std::string from(const std::string& client) { return "X-Forwarded-For: " + client + "\r\n"; }

std::string post(std::size_t size, const std::string& headers = {}) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: " + std::to_string(size) +
         "\r\n\r\n";
}

}  // namespace

TEST_CASE("a share takes what is beyond its free part, and gives all of it back") {
  const auto budget = std::make_shared<ByteBudget>(1000);
  {
    ByteShare share(budget);
    CHECK(share.hold(ByteShare::kFree));
    CHECK(budget->held() == 0);
    CHECK(share.hold(ByteShare::kFree + 600));
    CHECK(budget->held() == 600);
    ByteShare other(budget);
    CHECK_FALSE(other.hold(ByteShare::kFree + 401));
    CHECK(other.hold(ByteShare::kFree));
    CHECK(budget->held() == 600);
    CHECK(share.hold(ByteShare::kFree + 100));
    CHECK(other.hold(ByteShare::kFree + 900));
    const ByteShare moved(std::move(other));
    CHECK(budget->held() == 1000);
    CHECK(other.hold(0));  // what it had is the other's now
    CHECK(budget->held() == 1000);
  }
  CHECK(budget->held() == 0);
}

TEST_CASE("one client has only so much of a budget, in all its shares together") {
  const auto budget = std::make_shared<ByteBudget>(1000, 400);
  ByteShare first(budget, "10.0.0.1");
  ByteShare second(budget, "10.0.0.1");
  ByteShare other(budget, "10.0.0.2");
  CHECK(first.hold(ByteShare::kFree + 300));
  CHECK_FALSE(second.hold(ByteShare::kFree + 101));
  CHECK(second.hold(ByteShare::kFree + 100));
  CHECK(other.hold(ByteShare::kFree + 400));
  first = ByteShare(budget, "10.0.0.3");  // what it had is given back
  CHECK(budget->held() == 500);
  CHECK(second.hold(ByteShare::kFree + 400));
  CHECK_FALSE(first.hold(ByteShare::kFree + 201));  // there is no more of it
  CHECK(first.hold(ByteShare::kFree + 200));
}

TEST_CASE("what one client sends in part leaves room for the others") {
  Stand stand(400'000, 100'000);
  const std::string message = RawClient::frame(0x81, std::string(110'000, 'x'));
  RawClient greedy(stand.port());
  greedy.upgrade("/ws", from("10.0.0.1"));
  REQUIRE(greedy.send(std::string_view(message).substr(0, message.size() - 1)));
  stand.wait_until_held(109'999 - ByteShare::kFree, 400'000);
  RawClient more(stand.port());
  more.upgrade("/ws", from("10.0.0.1"));
  REQUIRE(more.send(std::string_view(message).substr(0, message.size() - 1)));
  CHECK(more.receive_frame().close_code() == kCloseTryAgain);
  const std::string body(110'000, 'y');
  CHECK(RawClient(stand.port()).ask(post(body.size(), from("10.0.0.1")) + body).status == 503);
  RawClient proxy(stand.port());  // whose requests are several clients'
  CHECK(proxy.ask(post(5, from("10.0.0.1")) + "small").status == 200);
  CHECK(proxy.ask(post(body.size(), from("10.0.0.2")) + body).status == 200);
}

TEST_CASE("a body for which the server has no room is refused, what is there is served") {
  Stand stand(200'000);
  RawClient first(stand.port());
  REQUIRE(first.send(post(150'000) + std::string(149'999, 'x')));
  stand.wait_until_held(149'999 - ByteShare::kFree, 200'000);
  RawClient second(stand.port());
  REQUIRE(second.send(post(150'000) + std::string(149'999, 'y')));
  CHECK(second.receive_answer().status == 503);
  CHECK(RawClient(stand.port()).ask(post(5) + "small").status == 200);
  REQUIRE(first.send("x"));
  CHECK(first.receive_answer().status == 200);
  stand.wait_until_held(0, 0);
  CHECK(RawClient(stand.port()).ask(post(150'000) + std::string(150'000, 'z')).status == 200);
}

TEST_CASE("a body counts until its request has been answered") {
  Stand stand(200'000);
  std::shared_ptr<HttpExchange> held;
  test::Gate served;
  stand.app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    held = std::move(exchange);
    served.open();
  };
  RawClient client(stand.port());
  REQUIRE(client.send(post(100'000) + std::string(100'000, 'x')));
  REQUIRE(served.wait());
  CHECK(stand.budget->held() >= 100'000 - ByteShare::kFree);
  test::Gate let_go;
  stand.server->loops().front()->post([&] {
    held->send({200, {}, {}});
    held.reset();
    let_go.open();
  });
  CHECK(client.receive_answer().status == 200);
  REQUIRE(let_go.wait());
  stand.wait_until_held(0, 0);
}

TEST_CASE("a message for which the server has no room closes with 1013, others go on") {
  Stand stand(200'000);
  const std::string message = RawClient::frame(0x81, std::string(150'000, 'x'));
  RawClient first(stand.port());
  first.upgrade("/ws");
  REQUIRE(first.send(std::string_view(message).substr(0, message.size() - 1)));
  stand.wait_until_held(149'999 - ByteShare::kFree, 200'000);
  RawClient second(stand.port());
  second.upgrade("/ws");
  REQUIRE(second.send(std::string_view(message).substr(0, message.size() - 1)));
  CHECK(second.receive_frame().close_code() == kCloseTryAgain);
  REQUIRE(first.send(std::string_view(message).substr(message.size() - 1)));
  CHECK(first.receive_frame().payload == "150000");
  stand.wait_until_held(0, 0);
  RawClient third(stand.port());
  third.upgrade("/ws");
  REQUIRE(third.send(message));
  CHECK(third.receive_frame().payload == "150000");
}
