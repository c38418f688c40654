// What clients do that they should not, over sockets: each gets an answer that says so, and nobody
// else notices.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_server.h"
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

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// The status of the answer, after which the server must close.
int refused(const WebServer& server, const std::string& bytes) {
  RawClient client(server.port());
  client.send(bytes);
  const auto answer = client.receive_answer();
  CHECK_FALSE(answer.body.empty());
  CHECK(answer.head.find("connection: close") != std::string::npos);
  CHECK(answer.head.find("x-request-id: ") != std::string::npos);
  CHECK(client.receive_all().empty());
  CHECK(client.closed());
  return answer.status;
}

HttpServerOptions impatient() {
  HttpServerOptions options;
  options.header_timeout = 60ms;
  options.request_timeout = 120ms;
  options.keep_alive_timeout = 60ms;
  return options;
}

}  // namespace

TEST_CASE("requests that are none are answered with 400") {
  WebServer server(std::make_shared<WebApp>());
  const std::vector<std::string> cases{
      "\r\n\r\nnonsense\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\nHost: a\nb: c\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nb\r\n\r\n",
      std::string("GET / HTTP/1.1\r\nHost: a\r\nb: \0\r\n\r\n", 33),
      std::string("\0\0\0\0", 4),
      "\x16\x03\x01\x02",
      "\xFF\xFE",
      "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /..%5c..%5cboot.ini HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
  };
  for (const std::string& bytes : cases) {
    CAPTURE(bytes);
    CHECK(refused(server, bytes) == 400);
  }
  CHECK(RawClient(server.port()).ask(kGet).status == 200);
}

TEST_CASE("a body that doesn't say its length is answered with 411") {
  WebServer server(std::make_shared<WebApp>());
  CHECK(refused(server,
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n0\r\n\r\n") == 411);
}

TEST_CASE("headers that are too large or too many are answered with 431, a long path with 414") {
  HttpServerOptions options;
  options.max_header_bytes = 10'000;
  WebServer server(std::make_shared<WebApp>(), options);
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\n";
  CHECK(refused(server, begin + "b: " + std::string(10'000, 'c') + "\r\n\r\n") == 431);
  CHECK(refused(server, begin + "b: " + std::string(500'000, 'c')) == 431);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "b: c\r\n";
  CHECK(refused(server, begin + many + "\r\n") == 431);
  CHECK(refused(server, "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
  CHECK(refused(server, "GET /" + std::string(500'000, 'a')) == 414);
  RawClient client(server.port());
  CHECK(client.ask(begin + "b: " + std::string(9'000, 'c') + "\r\n\r\n").status == 200);
}

TEST_CASE("slow headers and bodies that drip are answered with 408, however often a byte comes") {
  WebServer server(std::make_shared<WebApp>(), impatient());
  for (const char* begin :
       {"GET / HTTP/1.1\r\nx: ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"}) {
    RawClient client(server.port());
    REQUIRE(client.send(begin));
    std::atomic<bool> answered = false;
    std::thread dripping([&] {
      while (!answered && client.send("y")) std::this_thread::sleep_for(2ms);
    });
    CHECK(client.receive_answer().status == 408);
    answered = true;
    dripping.join();
    client.finish_sending();
    client.receive_all();
    CHECK(client.closed());
  }
}

TEST_CASE("connections on which nothing comes are closed, new ones and kept ones") {
  WebServer server(std::make_shared<WebApp>(), impatient());
  RawClient silent(server.port());
  CHECK(silent.receive_all().empty());
  CHECK(silent.closed());
  RawClient kept(server.port());
  CHECK(kept.ask(kGet).status == 200);
  CHECK(kept.receive_all().empty());
  CHECK(kept.closed());
}

TEST_CASE("one empty line before each request is skipped, more are refused") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  CHECK(client.ask("\r\n" + kGet).status == 200);
  CHECK(client.ask("\r\n" + kGet).status == 200);
  CHECK(refused(server, "\r\n\r\n") == 400);
  CHECK(refused(server, "\r\n\r\n" + kGet) == 400);
}

TEST_CASE("what is no request yet gives a connection no more time") {
  HttpServerOptions options = impatient();
  options.header_timeout = 1h;
  WebServer server(std::make_shared<WebApp>(), options);
  for (const char* nothing : {"\r\n", "\r"}) {
    RawClient client(server.port());
    CHECK(client.ask(kGet).status == 200);
    client.send(nothing);
    CHECK(client.receive_all().empty());
    CHECK(client.closed());
  }
}

TEST_CASE(
    "a client that never reads its answer is lost after a while; others aren't kept waiting") {
  const auto app = std::make_shared<WebApp>();
  Gate gone;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    if (exchange->request().path == "/") return exchange->send({200, {}, "small"});
    if (exchange->request().path == "/whole") {
      return exchange->send({200, {}, std::string(30'000'000, 'x')});
    }
    exchange->begin({200, {}, {}});
    exchange->write(std::string(30'000'000, 'x'));
    exchange->on_gone([&gone, keep = exchange] { gone.open(); });
  };
  HttpServerOptions options;
  options.web_socket.stall = 100ms;
  WebServer server(app, options);
  RawClient whole(server.port(), false, 4096);
  RawClient streamed(server.port(), false, 4096);
  REQUIRE(whole.send("GET /whole HTTP/1.1\r\nHost: a\r\n\r\n"));
  REQUIRE(streamed.send("GET /streamed HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(RawClient(server.port()).ask(kGet).status == 200);
  CHECK(gone.wait());
  while (server->statistics().open > 1) std::this_thread::yield();
}

TEST_CASE("a flood of pipelined requests waits until the first is answered") {
  const auto app = std::make_shared<WebApp>();
  std::vector<std::shared_ptr<HttpExchange>> waiting;
  std::atomic<int> served = 0;
  app->on_serve = [&](std::shared_ptr<HttpExchange> exchange) {
    ++served;
    waiting.push_back(std::move(exchange));
  };
  WebServer server(app);
  RawClient client(server.port());
  std::string flood;
  while (flood.size() < 50'000'000) flood += kGet;
  CHECK(client.send_what_fits(flood) < flood.size());
  CHECK(served == 1);
  CHECK(server->statistics().bytes_in < 1'000'000);
  server.loops().front()->post([&] { waiting.clear(); });
  CHECK(client.receive_answer().status == 500);
}

TEST_CASE("more connections than the server takes are told so") {
  HttpServerOptions options;
  options.max_connections = 3;
  WebServer server(std::make_shared<WebApp>(), options, 2);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    CHECK(clients.back().ask(kGet).status == 200);
  }
  CHECK(refused(server, kGet) == 503);
  CHECK(server->statistics().refused == 1);
  clients.pop_back();
  while (server->statistics().open > 2) std::this_thread::yield();
  CHECK(RawClient(server.port()).ask(kGet).status == 200);
}

TEST_CASE("more connections from one address than it may have are told so; proxies may have more") {
  HttpServerOptions options;
  options.max_connections_per_address = 2;
  {
    WebServer server(std::make_shared<WebApp>(), options, 2);
    RawClient one(server.port());
    CHECK(one.ask(kGet).status == 200);
    {
      RawClient two(server.port());
      CHECK(two.ask(kGet).status == 200);
      CHECK(refused(server, kGet) == 429);
    }
    while (server->statistics().open > 1) std::this_thread::yield();
    CHECK(RawClient(server.port()).ask(kGet).status == 200);
  }
  options.trusted_proxies = {"127.0.0.1"};
  WebServer server(std::make_shared<WebApp>(), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(server.port());
    CHECK(clients.back().ask(kGet).status == 200);
  }
}
