#include "net/http_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/gate.h"
#include "support/raw_client.h"
#include "support/web_app.h"

using namespace voiceagent;
using namespace voiceagent::net;
using namespace std::chrono_literals;
using test::Gate;
using test::RawClient;
using test::WebApp;
using test::WebServer;

namespace {

std::string get(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
}

std::string post(const std::string& path, const std::string& body,
                 const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("requests are answered, one after the other, on one connection") {
  WebServer server(std::make_shared<WebApp>());
  REQUIRE(server.status.ok());
  CHECK(server->address() == "127.0.0.1");
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(get("/a%20b?c=d"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "GET /a b?c=d ");
    CHECK(has(answer.head, "content-type: text/plain\r\n"));
    CHECK(has(answer.head, "\r\ndate: "));
    CHECK_FALSE(has(answer.head, "connection:"));
  }
  CHECK(client.ask(post("/p", "body")).body == "POST /p body");
  CHECK(client.ask(post("/p", "")).body == "POST /p ");
  CHECK(server->statistics().accepted == 1);
}

TEST_CASE("a request may come a byte at a time, and its body in pieces") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  for (char c : post("/p", "body")) REQUIRE(client.send({&c, 1}));
  CHECK(client.receive_answer().body == "POST /p body");
}

TEST_CASE("pipelined requests are answered in their order, whenever their answers come") {
  const auto app = std::make_shared<WebApp>();
  std::vector<std::shared_ptr<HttpExchange>> waiting;
  Gate first;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/slow") {
      waiting.push_back(exchange);
      first.open();
      return;
    }
    exchange->send({200, {}, "quick"});
  };
  WebServer server(app);
  RawClient client(server.port());
  REQUIRE(client.send(get("/slow") + post("/quick", "x") + get("/quick")));
  REQUIRE(first.wait());
  server.loops().front()->post([&] {
    waiting.front()->send({200, {}, "slow"});
    waiting.clear();
  });
  CHECK(client.receive_answer().body == "slow");
  CHECK(client.receive_answer().body == "quick");
  CHECK(client.receive_answer().body == "quick");
}

TEST_CASE("hundreds of requests in one go are all answered") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 500; ++i) all += get("/" + std::to_string(i));
  std::thread sender([&] { client.send(all); });
  int right = 0;
  for (int i = 0; i < 500; ++i) {
    right += client.receive_answer().body == "GET /" + std::to_string(i) + " " ? 1 : 0;
  }
  sender.join();
  CHECK(right == 500);
}

TEST_CASE("an answer may come later, from a worker through the loop") {
  const auto app = std::make_shared<WebApp>();
  std::thread worker;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    worker = std::thread([exchange]() mutable {
      Loop& loop = *exchange->loop();
      loop.post([exchange = std::move(exchange)] { exchange->send({201, {}, "made"}); });
    });
  };
  WebServer server(app);
  RawClient client(server.port());
  const auto answer = client.ask(get("/"));
  CHECK(answer.status == 201);
  CHECK(answer.body == "made");
  worker.join();
}

TEST_CASE("a request that nobody answers is answered with 500, wherever it was dropped") {
  const auto app = std::make_shared<WebApp>();
  std::thread worker;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/here") return;
    worker = std::thread([exchange = std::move(exchange)]() mutable { exchange.reset(); });
  };
  WebServer server(app);
  CHECK(RawClient(server.port()).ask(get("/here")).status == 500);
  CHECK(RawClient(server.port()).ask(get("/there")).status == 500);
  worker.join();
}

TEST_CASE("HEAD is answered without a body, with its length") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  REQUIRE(client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n"));
  const auto answer = client.receive_answer(true);
  CHECK(has(answer.head, "content-length: 8\r\n"));
  CHECK(client.ask(get("/y")).body == "GET /y ");
}

TEST_CASE("statuses without a body have none") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) { exchange->send({204, {}, "x"}); };
  WebServer server(app);
  RawClient client(server.port());
  const auto answer = client.ask(get("/"));
  CHECK(answer.status == 204);
  CHECK_FALSE(has(answer.head, "content-length"));
  CHECK(client.ask(get("/")).status == 204);
}

TEST_CASE("a header of an answer can't begin another") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) {
    exchange->send({200, {{"x-a", "b\r\nx-c: d"}, {"content-length", "99"}}, "abc"});
  };
  WebServer server(app);
  const auto answer = RawClient(server.port()).ask(get("/"));
  CHECK(has(answer.head, "x-a: b  x-c: d\r\n"));
  CHECK(answer.body == "abc");
}

TEST_CASE("a large answer arrives whole") {
  const auto app = std::make_shared<WebApp>();
  const std::string large(20'000'000, 'x');
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) { exchange->send({200, {}, large}); };
  WebServer server(app);
  RawClient client(server.port());
  CHECK(client.ask(get("/")).body == large);
  CHECK(client.ask(get("/")).body == large);
}

TEST_CASE("an answer may be streamed; HTTP/1.0 sees its end with the connection's") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) {
    exchange->begin({200, {{"content-type", "text/event-stream"}}, {}});
    exchange->loop()->post([exchange] {
      exchange->write("one ");
      exchange->write("");
      exchange->write("two");
      exchange->end();
    });
  };
  WebServer server(app);
  RawClient client(server.port());
  const auto answer = client.ask(get("/"));
  CHECK(has(answer.head, "transfer-encoding: chunked"));
  CHECK(answer.body == "one two");
  CHECK(client.ask(get("/")).body == "one two");
  RawClient old(server.port());
  REQUIRE(old.send("GET / HTTP/1.0\r\n\r\n"));
  CHECK(has(old.receive_until("\r\n\r\n"), "connection: close"));
  CHECK(old.receive_all() == "one two");
  CHECK(old.closed());
}

TEST_CASE("a streamed answer with a known length isn't chunked") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) {
    exchange->begin({200, {{"content-length", "6"}}, {}});
    exchange->write("one");
    exchange->write("two");
    exchange->end();
  };
  WebServer server(app);
  const auto answer = RawClient(server.port()).ask(get("/"));
  CHECK_FALSE(has(answer.head, "chunked"));
  CHECK(answer.body == "onetwo");
}

TEST_CASE("a stream tells how much waits, and when it has been written") {
  const auto app = std::make_shared<WebApp>();
  constexpr std::size_t kPiece = 1 << 20;
  std::atomic<std::size_t> queued = 0;
  Gate full;
  std::atomic<int> drained = 0;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    exchange->begin({200, {}, {}});
    exchange->on_drained([&drained, exchange = exchange.get()] {
      // What the socket takes at once doesn't wait, and isn't told of.
      while (exchange->queued_bytes() == 0) {
        if (++drained == 3) return exchange->end();
        exchange->write(std::string(4 * kPiece, 'b'));
      }
    });
    for (int i = 0; i < 16; ++i) exchange->write(std::string(kPiece, 'a'));
    queued = exchange->queued_bytes();
    full.open();
    exchange->on_gone([keep = exchange] {});
  };
  WebServer server(app);
  RawClient client(server.port(), false, 8192);
  REQUIRE(client.send(get("/")));
  REQUIRE(full.wait());
  CHECK(queued > kPiece);
  CHECK(client.receive_answer().body.size() == 24 * kPiece);
  CHECK(drained == 3);
}

TEST_CASE("a stream is told that its client has gone") {
  const auto app = std::make_shared<WebApp>();
  Gate gone;
  std::shared_ptr<HttpExchange> kept;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    exchange->begin({200, {}, {}});
    exchange->write("data");
    exchange->on_gone([&gone] { gone.open(); });
    kept = exchange;
  };
  WebServer server(app);
  {
    RawClient client(server.port());
    REQUIRE(client.send(get("/")));
    CHECK(client.receive_until("data\r\n").size() > 4);
  }
  CHECK(gone.wait());
  Gate done;
  bool written = true;
  server.loops().front()->post([&] {
    written = kept->write("more");
    kept->end();
    kept.reset();
    done.open();
  });
  REQUIRE(done.wait());
  CHECK_FALSE(written);
}

TEST_CASE("who asks late is told too that the client has gone") {
  const auto app = std::make_shared<WebApp>();
  std::shared_ptr<HttpExchange> kept;
  Gate gone;
  bool asking = false;
  bool told_inside = true;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    exchange->on_gone([&] {
      asking = true;
      kept->on_gone([&] {
        told_inside = asking;
        kept.reset();
        gone.open();
      });
      asking = false;
    });
    kept = std::move(exchange);
  };
  WebServer server(app);
  RawClient client(server.port());
  REQUIRE(client.send(get("/")));
  client.finish_sending();
  REQUIRE(gone.wait());
  CHECK_FALSE(told_inside);
}

TEST_CASE("a client that ends its side after its request still gets a whole answer") {
  const auto app = std::make_shared<WebApp>();
  std::shared_ptr<HttpExchange> kept;
  Gate gone;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    exchange->on_gone([&gone] { gone.open(); });
    kept = std::move(exchange);
  };
  WebServer server(app);
  RawClient client(server.port());
  REQUIRE(client.send(get("/")));
  client.finish_sending();
  REQUIRE(gone.wait());
  server.loops().front()->post([&] {
    kept->send({200, {}, "late"});
    kept.reset();
  });
  CHECK(client.receive_answer().body == "late");
}

TEST_CASE("a client that ends its side behind several requests gets all the answers") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  REQUIRE(client.send(get("/1") + get("/2") + post("/3", std::string(200'000, 'x'))));
  client.finish_sending();
  CHECK(client.receive_answer().body == "GET /1 ");
  CHECK(client.receive_answer().body == "GET /2 ");
  CHECK(client.receive_answer().body.size() == 200'008);
  CHECK(client.receive_all().empty());
  CHECK(client.closed());
}

TEST_CASE("the application may refuse a request before its body is read") {
  const auto app = std::make_shared<WebApp>();
  std::atomic<int> served = 0;
  app->on_check = [](const HttpRequest& head, std::size_t&) -> std::optional<HttpResponse> {
    if (head.path == "/no") return HttpResponse{401, {}, "who are you?"};
    return std::nullopt;
  };
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    ++served;
    exchange->send({});
  };
  WebServer server(app);
  RawClient client(server.port());
  CHECK(client.ask(get("/no")).status == 401);
  CHECK(client.ask(get("/yes")).status == 200);
  REQUIRE(client.send("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc"));
  const auto answer = client.receive_answer();
  CHECK(answer.status == 401);
  CHECK(has(answer.head, "connection: close"));
  CHECK(served == 1);
}

TEST_CASE("a body may be as large as the application says, and no larger") {
  const auto app = std::make_shared<WebApp>();
  app->on_check = [](const HttpRequest& head,
                     std::size_t& max_body) -> std::optional<HttpResponse> {
    if (head.path == "/more") max_body = 200;
    return std::nullopt;
  };
  HttpServerOptions options;
  options.max_body_bytes = 100;
  WebServer server(app, options);
  CHECK(RawClient(server.port()).ask(post("/", std::string(100, 'x'))).status == 200);
  CHECK(RawClient(server.port()).ask(post("/", std::string(101, 'x'))).status == 413);
  CHECK(RawClient(server.port()).ask(post("/more", std::string(200, 'x'))).status == 200);
  RawClient huge(server.port());
  REQUIRE(huge.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n"));
  CHECK(huge.receive_answer().status == 413);
}

TEST_CASE("a refused body that is still being sent doesn't cost the client its answer") {
  HttpServerOptions options;
  options.max_body_bytes = 100;
  WebServer server(std::make_shared<WebApp>(), options);
  RawClient client(server.port());
  const std::string body(5'000'000, 'x');
  REQUIRE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n"));
  client.send(body);
  CHECK(client.receive_answer().status == 413);
}

TEST_CASE("a client that waits for permission to send its body gets it") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  REQUIRE(
      client.send("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                  "Content-Length: 4\r\n\r\n"));
  CHECK(client.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.ask("body").body == "POST /p body");
}

TEST_CASE("HTTP/1.0 and \"connection: close\" end the connection") {
  WebServer server(std::make_shared<WebApp>());
  for (const char* request :
       {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}) {
    RawClient client(server.port());
    REQUIRE(client.send(request));
    CHECK(has(client.receive_all(), "connection: close\r\n"));
    CHECK(client.closed());
  }
  RawClient kept(server.port());
  const auto answer = kept.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(has(answer.head, "connection: keep-alive\r\n"));
  CHECK(kept.ask(get("/")).status == 200);
}

TEST_CASE("what a proxy says about the client counts only from a trusted one") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) {
    const HttpRequest& request = exchange->request();
    exchange->send({200, {}, request.peer + (request.secure ? " secure" : " plain")});
  };
  const std::string request =
      get("/", "X-Forwarded-For: 9.9.9.9, 8.8.8.8\r\nX-Forwarded-Proto: https\r\n");
  {
    WebServer server(app);
    CHECK(RawClient(server.port()).ask(request).body == "127.0.0.1 plain");
  }
  HttpServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8", "8.8.8.0/24"};
  WebServer server(app, options);
  CHECK(RawClient(server.port()).ask(request).body == "9.9.9.9 secure");
  CHECK(RawClient(server.port()).ask(get("/")).body == "127.0.0.1 plain");
}

TEST_CASE("a request keeps a sane id, and gets one otherwise") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) {
    exchange->send({200, {}, exchange->request().id});
  };
  WebServer server(app);
  RawClient client(server.port());
  CHECK(client.ask(get("/", "X-Request-Id: abc-1.2_3\r\n")).body == "abc-1.2_3");
  CHECK(client.ask(get("/", "X-Request-Id: a b\r\n")).body.size() == 26);
  CHECK(client.ask(get("/", "X-Request-Id: " + std::string(200, 'a') + "\r\n")).body.size() == 26);
  CHECK(client.ask(get("/")).body.size() == 26);
}

TEST_CASE("connections are spread over the loops") {
  const auto app = std::make_shared<WebApp>();
  app->on_serve = [](std::shared_ptr<HttpExchange> exchange) {
    const std::string body =
        std::to_string(reinterpret_cast<std::uintptr_t>(exchange->loop().get()));
    exchange->send({200, {}, body});
  };
  WebServer server(app, {}, 2);
  std::vector<RawClient> clients;
  std::vector<std::string> seen;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(server.port());
    seen.push_back(clients.back().ask(get("/")).body);
  }
  CHECK(std::count(seen.begin(), seen.end(), seen[0]) == 3);
}
