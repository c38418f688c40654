#include "net/http_client.h"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/gate.h"
#include "support/names.h"
#include "support/raw_server.h"

using namespace voiceagent;
using namespace voiceagent::net;
using namespace std::chrono_literals;
using voiceagent::test::closed_port;
using voiceagent::test::Gate;
using voiceagent::test::RawConnection;
using voiceagent::test::RawServer;
using voiceagent::test::TestName;

namespace {

// What one call told, in order.
class Probe final : public HttpClientListener {
 public:
  void head(int code, const HttpHeaders& fields) override {
    told += "head ";
    status = code;
    headers = fields;
    if (on_head) on_head();
  }
  void body(std::string_view piece) override {
    if (told != "head ") told += "body ";  // it should have been there, once
    text += piece;
    seen.open();
    if (on_body) on_body();
  }
  void done() override {
    told += "done";
    over.open();
  }
  void failed(Status why) override {
    told += "failed";
    failure = std::move(why);
    over.open();
  }

  std::string told;
  int status = 0;
  HttpHeaders headers;
  std::string text;
  Status failure;
  std::function<void()> on_head;
  std::function<void()> on_body;
  Gate seen;  // of the body
  Gate over;
};

// A client on a loop of its own.
class Rig {
 public:
  Rig() {
    run([this] { client = HttpClient::create(loop); });
  }
  ~Rig() {
    run([this] {
      call.reset();
      client.reset();
    });
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  void run(const std::function<void()>& f) {
    Gate done;
    loop->post([&] {
      f();
      done.open();
    });
    REQUIRE(done.wait());
  }
  void start(HttpClientRequest request, Probe& probe) {
    run([&] { call = client->start(std::move(request), probe); });
  }
  // Starts and waits for the end.
  void ask(HttpClientRequest request, Probe& probe) {
    start(std::move(request), probe);
    REQUIRE(probe.over.wait());
    run([this] { call.reset(); });
  }
  // Drops the call and lets everything posted run.
  void cancel() {
    run([this] { call.reset(); });
    run([] {});
  }

  std::shared_ptr<Loop> loop = Loop::create("client").value();
  std::shared_ptr<HttpClient> client;
  std::unique_ptr<HttpCall> call;
};

HttpClientRequest get(std::string url) {
  HttpClientRequest request;
  request.url = std::move(url);
  return request;
}

// Answers every request on a connection alike.
std::function<void(RawConnection&)> answering(std::string answer) {
  return [answer = std::move(answer)](RawConnection& connection) {
    while (!connection.read_request().empty()) connection.write(answer);
  };
}

const char* const kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("an answer comes as head, body and end", "[client]") {
  RawServer server(
      answering("HTTP/1.1 404 Not Found\r\nX-A:  one \r\nX-a: two\r\nContent-Length: "
                "5\r\nEmpty:\r\n\r\nhello"));
  Rig rig;
  Probe probe;
  rig.ask(get(server.url()), probe);
  CHECK(probe.told == "head done");
  CHECK(probe.status == 404);
  CHECK(probe.text == "hello");
  CHECK(probe.headers.get("x-a") == "one");
  CHECK(probe.headers.size() == 4);
  CHECK(probe.headers.has("empty"));
}

TEST_CASE("a request is sent as it was asked for", "[client]") {
  std::string seen;
  RawServer server([&](RawConnection& connection) {
    seen = connection.read_request();
    connection.write(kHello);
  });
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(server.url("/a%20b?c=d"));
  request.method = GENERATE("GET", "POST", "PUT", "DELETE");
  request.headers = {{"x-one", "1"}, {"x-empty", ""}};
  if (request.method != "GET") request.body = std::string("a\0b", 3);
  rig.ask(request, probe);
  CHECK(probe.told == "head done");
  CHECK(seen.starts_with(request.method + " /a%20b?c=d HTTP/1.1\r\nHost: 127.0.0.1:" +
                         std::to_string(server.port()) + "\r\n"));
  CHECK(seen.find("\r\nx-one: 1\r\n") != std::string::npos);
  CHECK(seen.find("\r\nx-empty:\r\n") != std::string::npos);
  CHECK(seen.find("Content-Type") == std::string::npos);
  CHECK(seen.find("Expect") == std::string::npos);
  CHECK(seen.ends_with("\r\n\r\n" + request.body));
}

TEST_CASE("an answer without a body ends with its head", "[client]") {
  RawServer server(answering("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n"));
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(server.url());
  request.method = "HEAD";
  request.max_body = 10;
  rig.ask(request, probe);
  CHECK(probe.told == "head done");
  CHECK(probe.headers.get("content-length") == "5000000");
}

TEST_CASE("interim answers and trailers are not told", "[client]") {
  RawServer server(
      answering("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "2\r\nab\r\n1\r\nc\r\n0\r\nX-Late: 1\r\n\r\n"));
  Rig rig;
  Probe probe;
  rig.ask(get(server.url()), probe);
  CHECK(probe.told == "head done");
  CHECK(probe.status == 200);
  CHECK(probe.text == "abc");
  CHECK(probe.headers.size() == 1);
}

TEST_CASE("a streamed answer is told while it comes", "[client]") {
  Gate go_on;
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n");
    if (go_on.wait()) connection.write("data: 2\n\n");
  });
  Rig rig;
  Probe probe;
  rig.start(get(server.url()), probe);
  REQUIRE(probe.seen.wait());
  rig.run([&] { CHECK(probe.text == "data: 1\n\n"); });
  go_on.open();
  REQUIRE(probe.over.wait());
  CHECK(probe.told == "head done");
  CHECK(probe.text == "data: 1\n\ndata: 2\n\n");
}

TEST_CASE("a redirect is an answer, and not followed", "[client]") {
  RawServer other(answering(kHello));
  RawServer server(answering("HTTP/1.1 302 Found\r\nLocation: " + other.url() +
                             "\r\nContent-Length: 0\r\n\r\n"));
  Rig rig;
  Probe probe;
  rig.ask(get(server.url()), probe);
  CHECK(probe.status == 302);
  CHECK(probe.headers.get("location") == other.url());
  CHECK(other.connections() == 0);
}

TEST_CASE("a connection is used again", "[client]") {
  RawServer server(answering(kHello));
  Rig rig;
  for (int i = 0; i < 5; ++i) {
    Probe probe;
    rig.ask(get(server.url()), probe);
    CHECK(probe.told == "head done");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a kept connection that the server has closed is replaced", "[client]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write(kHello);
  });
  Rig rig;
  for (int i = 0; i < 3; ++i) {
    Probe probe;
    HttpClientRequest request = get(server.url());
    request.method = "POST";
    request.body = "x";
    rig.ask(request, probe);
    CHECK(probe.told == "head done");
    server.wait_until_closed(i + 1);
  }
  CHECK(server.connections() == 3);
}

TEST_CASE("many requests run side by side", "[client]") {
  constexpr int kMany = 20;
  std::atomic<int> waiting = 0;
  Gate all;
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    if (++waiting == kMany) all.open();
    if (all.wait()) connection.write(kHello);
  });
  Rig rig;
  std::array<Probe, kMany> probes;
  std::vector<std::unique_ptr<HttpCall>> calls;
  rig.run([&] {
    for (Probe& probe : probes) calls.push_back(rig.client->start(get(server.url()), probe));
  });
  for (Probe& probe : probes) {
    REQUIRE(probe.over.wait());
    CHECK(probe.told == "head done");
  }
  rig.run([&] { calls.clear(); });
}

TEST_CASE("what is no request is refused, without the URL's secrets", "[client]") {
  const auto [url, method, header, value, why] =
      GENERATE(table<std::string, std::string, std::string, std::string, std::string>(
          {{"", "GET", "a", "b", "the URL is not valid"},
           {"http://", "GET", "a", "b", "the URL is not valid"},
           {"http://host:99999/?key=secret", "GET", "a", "b", "the URL is not valid"},
           {"ftp://host/?key=secret", "GET", "a", "b", "the URL is not one of http or https"},
           {"file:///etc/passwd", "GET", "a", "b", "the URL is not"},
           {std::string("http://host/\0x", 14), "GET", "a", "b", "the URL contains a NUL byte"},
           {"http://127.0.0.1/", "G ET", "a", "b", "\"G ET\" is no HTTP method"},
           {"http://127.0.0.1/", "", "a", "b", "\"\" is no HTTP method"},
           {"http://127.0.0.1/", "GET", "a b", "b", "\"a b\" is no name of a header"},
           {"http://127.0.0.1/", "GET", "a", "b\r\nx: y", "the header a contains control"}}));
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(url);
  request.method = method;
  request.headers = {{header, value}};
  rig.ask(request, probe);
  CHECK(probe.told == "failed");
  CHECK(probe.failure.code() == ErrorCode::kInvalidArgument);
  CHECK(probe.failure.message().find(why) == 0);
  CHECK(probe.failure.message().find("secret") == std::string::npos);
}

TEST_CASE("nobody listens there: unavailable", "[client]") {
  Rig rig;
  Probe probe;
  const std::string origin = "http://127.0.0.1:" + std::to_string(closed_port());
  rig.ask(get(origin + "/?key=secret"), probe);
  CHECK(probe.told == "failed");
  CHECK(probe.failure.code() == ErrorCode::kUnavailable);
  CHECK(probe.failure.message().find(origin + ": ") == 0);
  CHECK(probe.failure.message().find("secret") == std::string::npos);
}

TEST_CASE("an answer that is cut off is no answer", "[client]") {
  const auto [answer, told] = GENERATE(table<std::string, std::string>(
      {{"", "failed"},
       {"HTTP/1.1 200 OK\r\nContent-Le", "failed"},
       {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "head failed"},
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "head failed"}}));
  const bool reset = GENERATE(false, true);
  RawServer server([&, answer = answer](RawConnection& connection) {
    connection.read_request();
    connection.write(answer);
    if (reset) connection.reset();
  });
  Rig rig;
  Probe probe;
  rig.ask(get(server.url()), probe);
  CHECK(probe.told.ends_with("failed"));
  if (!reset) CHECK(probe.told == told);
  CHECK(probe.failure.code() == ErrorCode::kUnavailable);
}

TEST_CASE("what is not HTTP is a protocol error", "[client]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write("220 mail.example.com ready\r\n");
  });
  Rig rig;
  Probe probe;
  rig.ask(get(server.url()), probe);
  CHECK(probe.told == "failed");
  CHECK(probe.failure.code() == ErrorCode::kProtocol);
}

TEST_CASE("an answer over the limit is broken off", "[client]") {
  const std::string answer = GENERATE(
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n");
  RawServer server(answering(answer));
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(server.url());
  request.max_body = 10;
  rig.ask(request, probe);
  CHECK(probe.failure.code() == ErrorCode::kProtocol);
  CHECK(probe.failure.message() == server.url("") + ": the answer is longer than 10 bytes");
  Probe whole;
  request.max_body = 11;
  rig.ask(request, whole);
  CHECK(whole.told == "head done");
}

TEST_CASE("endless headers are broken off", "[client]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    const std::string line = "x: " + std::string(1'000, 'x') + "\r\n";
    while (connection.write(line)) {
    }
  });
  Rig rig;
  Probe probe;
  rig.ask(get(server.url()), probe);
  CHECK(probe.told == "failed");
  CHECK(probe.failure.code() == ErrorCode::kProtocol);
}

TEST_CASE("a server that says nothing is given up", "[client]") {
  RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(server.url());
  const bool total = GENERATE(true, false);
  (total ? request.total_timeout : request.stall_timeout) = 50ms;
  rig.ask(request, probe);
  CHECK(probe.told == "failed");
  CHECK(probe.failure.code() == ErrorCode::kTimeout);
  CHECK(probe.failure.message() == server.url("") + (total ? ": no complete answer within 50 ms"
                                                           : ": nothing came for 50 ms"));
}

TEST_CASE("an answer that stalls is given up, one that drips is not", "[client]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(20ms);
      connection.write("x");
    }
    connection.wait_for_end();
  });
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(server.url());
  request.stall_timeout = 300ms;
  rig.ask(request, probe);
  CHECK(probe.told == "head failed");
  CHECK(probe.failure.code() == ErrorCode::kTimeout);
  CHECK(probe.text == std::string(20, 'x'));
}

TEST_CASE("an answer that drips ends with the time for all of it", "[client]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.write("x")) std::this_thread::sleep_for(1ms);
  });
  Rig rig;
  Probe probe;
  HttpClientRequest request = get(server.url());
  request.stall_timeout = 10s;
  request.total_timeout = 300ms;
  rig.ask(request, probe);
  CHECK(probe.failure.code() == ErrorCode::kTimeout);
}

TEST_CASE("a dropped call is told nothing more", "[client]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.write("x")) {
    }
  });
  Rig rig;
  Probe probe;
  SECTION("at once") {
    rig.run([&] {
      rig.call = rig.client->start(get(server.url()), probe);
      rig.call.reset();
    });
  }
  SECTION("while the answer comes") {
    rig.start(get(server.url()), probe);
    REQUIRE(probe.seen.wait());
  }
  SECTION("by the head") {
    Gate dropped;
    probe.on_head = [&] {
      rig.call.reset();
      dropped.open();
    };
    rig.start(get(server.url()), probe);
    REQUIRE(dropped.wait());
    CHECK(probe.text.empty());
  }
  SECTION("by the body, and the client with it") {
    Gate dropped;
    probe.on_body = [&] {
      rig.call.reset();
      rig.client.reset();
      dropped.open();
    };
    rig.start(get(server.url()), probe);
    REQUIRE(dropped.wait());
  }
  rig.cancel();
  const std::size_t size = probe.text.size();
  rig.run([] {});
  CHECK(probe.text.size() == size);
  CHECK(probe.told.find("done") == std::string::npos);
  CHECK(probe.told.find("failed") == std::string::npos);
}

TEST_CASE("a listener may begin the next request, and drop its own, when one ends", "[client]") {
  RawServer server(answering(kHello));
  Rig rig;
  struct Again final : HttpClientListener {
    Rig* rig = nullptr;
    std::string url;
    int left = 10;
    Gate over;
    void head(int, const HttpHeaders&) override {}
    void body(std::string_view) override {}
    void done() override {
      if (--left == 0) return over.open();
      rig->call = rig->client->start(get(url), *this);
    }
    void failed(Status status) override { FAIL(status.message()); }
  } again;
  again.rig = &rig;
  again.url = server.url();
  rig.run([&] { rig.call = rig.client->start(get(again.url), again); });
  REQUIRE(again.over.wait());
  CHECK(server.connections() == 1);
}

TEST_CASE("a client may be dropped before its calls, on any thread", "[client]") {
  RawServer server(answering(kHello));
  Rig rig;
  Probe probe;
  rig.start(get(server.url()), probe);
  rig.client.reset();
  REQUIRE(probe.over.wait());
  CHECK(probe.told == "head done");
}

TEST_CASE("a slow name service holds up nobody else", "[client]") {
  RawServer server(answering(kHello));
  TestName name("slow.test");
  name.hold();
  Rig rig;
  Probe slow;
  const std::string url = "http://slow.test:" + std::to_string(server.port()) + "/";
  rig.start(get(url), slow);
  REQUIRE(name.wait_until_asked());
  Probe other;
  std::unique_ptr<HttpCall> call;
  rig.run([&] { call = rig.client->start(get(server.url()), other); });
  REQUIRE(other.over.wait());
  CHECK(other.told == "head done");
  SECTION("and answers in the end") {
    name.release();
    REQUIRE(slow.over.wait());
    CHECK(slow.told == "head done");
  }
  SECTION("and its question can be dropped") {
    rig.cancel();
    name.release();
    rig.run([] {});
    CHECK(slow.told.empty());
  }
  rig.run([&] { call.reset(); });
}

TEST_CASE("a name that isn't answered in time is given up", "[client]") {
  TestName name("silent.test");
  name.hold();
  Rig rig;
  Probe probe;
  HttpClientRequest request = get("http://silent.test:1/");
  (GENERATE(true, false) ? request.connect_timeout : request.total_timeout) = 50ms;
  rig.ask(request, probe);
  CHECK(probe.failure.code() == ErrorCode::kTimeout);
  CHECK(probe.failure.message() == "http://silent.test:1: the name was not resolved within 50 ms");
  name.release();
}

TEST_CASE("a name that nobody knows: unavailable", "[client]") {
  Rig rig;
  Probe probe;
  rig.ask(get("http://nobody.test/"), probe);
  CHECK(probe.failure.code() == ErrorCode::kUnavailable);
  CHECK(probe.failure.message().find("\"nobody.test\" can't be resolved") != std::string::npos);
}

TEST_CASE("a name is asked for once, and again when its address doesn't answer", "[client]") {
  std::optional<RawServer> server(std::in_place, answering(kHello));
  const std::string url = "http://known.test:" + std::to_string(server->port()) + "/";
  TestName name("known.test");
  Rig rig;
  for (int i = 0; i < 3; ++i) {
    Probe probe;
    rig.ask(get(url), probe);
    CHECK(probe.told == "head done");
  }
  CHECK(name.asked() == 1);
  server.reset();
  for (int i = 0; i < 2; ++i) {
    Probe probe;
    rig.ask(get(url), probe);
    CHECK(probe.failure.code() == ErrorCode::kUnavailable);
  }
  CHECK(name.asked() == 2);
}

TEST_CASE("of several addresses the next is tried, and the name stays in the request", "[client]") {
  std::string seen;
  RawServer server([&](RawConnection& connection) {
    seen = connection.read_request();
    connection.write(kHello);
  });
  const TestName name("two.test", {"127.0.0.2", "127.0.0.1"});
  Rig rig;
  Probe probe;
  rig.ask(get("http://two.test:" + std::to_string(server.port()) + "/"), probe);
  CHECK(probe.told == "head done");
  CHECK(seen.find("\r\nHost: two.test:" + std::to_string(server.port()) + "\r\n") !=
        std::string::npos);
}
