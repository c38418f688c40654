// WebSockets of the server, over sockets.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "support/alloc_counter.h"
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

// What happened to one connection; the handler goes away with it.
struct Story {
  std::shared_ptr<WebSocket> socket;
  std::atomic<int> messages = 0;
  std::atomic<int> drained = 0;
  int code = 0;
  std::string reason;
  Gate opened;
  Gate closed;
};

// Sends back what comes; "close" closes.
class Echo : public WebSocketHandler {
 public:
  explicit Echo(std::shared_ptr<Story> story) : story_(std::move(story)) {}

  void opened(std::shared_ptr<WebSocket> socket) override {
    story_->socket = std::move(socket);
    story_->opened.open();
  }
  void text(std::span<char> message) override {
    ++story_->messages;
    const std::string_view text(message.data(), message.size());
    if (text == "close") return story_->socket->close(4000, "as you wish");
    story_->socket->send_text(text);
  }
  void binary(std::span<const std::byte> message) override {
    ++story_->messages;
    const std::size_t half = message.size() / 2;
    story_->socket->send_binary(message.first(half), message.subspan(half));
  }
  void drained() override { ++story_->drained; }
  void closed(int code, std::string_view reason) override {
    story_->code = code;
    story_->reason = reason;
    story_->socket.reset();
    story_->closed.open();
  }

 protected:
  std::shared_ptr<Story> story_;
};

struct EchoServer {
  explicit EchoServer(HttpServerOptions options = {}) {
    app->on_upgrade = [story = story](const HttpRequest&) {
      UpgradeAnswer answer;
      answer.handler = std::make_unique<Echo>(story);
      return answer;
    };
    server = std::make_unique<WebServer>(app, std::move(options));
  }
  // Runs on the connection's loop.
  void on_loop(Task task) {
    Gate done;
    server->loops().front()->post([&] {
      task();
      done.open();
    });
    REQUIRE(done.wait());
  }

  std::shared_ptr<Story> story = std::make_shared<Story>();
  std::shared_ptr<WebApp> app = std::make_shared<WebApp>();
  std::unique_ptr<WebServer> server;
};

HttpServerOptions with(WebSocketLimits limits) {
  HttpServerOptions options;
  options.web_socket = limits;
  return options;
}

}  // namespace

TEST_CASE("a WebSocket carries messages of any length, both ways") {
  EchoServer echo;
  RawClient client(echo.server->port());
  const std::string head = client.upgrade("/ws");
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(head.find("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
  for (std::size_t size : {0, 1, 125, 126, 65535, 65536, 1'000'000}) {
    const std::string payload(size, 'x');
    for (int kind : {0x81, 0x82}) {
      REQUIRE(client.send(RawClient::frame(kind, payload)));
      const auto frame = client.receive_frame();
      CHECK(frame.kind == kind);
      CHECK(frame.payload == payload);
    }
  }
  CHECK(echo.server->operator->()->statistics().web_sockets == 1);
}

TEST_CASE("messages that come with the request, in pieces or together are all answered") {
  EchoServer echo;
  RawClient client(echo.server->port());
  std::string frames;
  for (int i = 0; i < 100; ++i) frames += RawClient::frame(0x81, std::to_string(i));
  REQUIRE(
      client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                  "Sec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
                  frames));
  client.receive_until("\r\n\r\n");
  for (int i = 0; i < 100; ++i) CHECK(client.receive_frame().payload == std::to_string(i));
  const std::string cut =
      RawClient::frame(0x01, "a") + RawClient::frame(0x89, "ping") + RawClient::frame(0x80, "b");
  for (char c : cut) REQUIRE(client.send({&c, 1}));
  const auto pong = client.receive_frame();
  CHECK(pong.kind == 0x8A);
  CHECK(pong.payload == "ping");
  CHECK(client.receive_frame().payload == "ab");
}

TEST_CASE("the application chooses the subprotocol and adds headers") {
  EchoServer echo;
  echo.app->on_upgrade = [&](const HttpRequest& request) {
    UpgradeAnswer answer;
    answer.subprotocol = request.header("sec-websocket-protocol") == "b, a" ? "a" : "";
    answer.headers.set("x-more", "yes");
    answer.handler = std::make_unique<Echo>(echo.story);
    return answer;
  };
  RawClient client(echo.server->port());
  const std::string head = client.upgrade("/ws", "Sec-WebSocket-Protocol: b, a\r\n");
  CHECK(head.find("sec-websocket-protocol: a\r\n") != std::string::npos);
  CHECK(head.find("x-more: yes\r\n") != std::string::npos);
}

TEST_CASE("an upgrade that isn't wanted or isn't right is an ordinary answer") {
  WebServer server(std::make_shared<WebApp>());
  RawClient client(server.port());
  CHECK(client.upgrade("/none").starts_with("HTTP/1.1 404 "));
  const auto bad = RawClient(server.port())
                       .ask(
                           "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                           "Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n");
  CHECK(bad.status == 426);
  CHECK(bad.head.find("sec-websocket-version: 13") != std::string::npos);
}

TEST_CASE("a client that closes gets its code back") {
  EchoServer echo;
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  REQUIRE(client.send(RawClient::frame(0x88, std::string("\x0B\xB8", 2) + "bye")));
  CHECK(client.receive_frame().close_code() == 3000);
  CHECK(client.receive_all().empty());
  CHECK(client.closed());
  REQUIRE(echo.story->closed.wait());
  CHECK(echo.story->code == 3000);
  CHECK(echo.story->reason == "bye");
}

TEST_CASE("a server that closes waits for the client's close frame") {
  EchoServer echo;
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  REQUIRE(client.send(RawClient::frame(0x81, "close") + RawClient::frame(0x81, "ignored")));
  const auto frame = client.receive_frame();
  CHECK(frame.close_code() == 4000);
  CHECK(frame.payload.substr(2) == "as you wish");
  REQUIRE(client.send(RawClient::frame(0x81, "ignored too")));
  REQUIRE(client.send(RawClient::frame(0x88, frame.payload)));
  CHECK(client.receive_all().empty());
  REQUIRE(echo.story->closed.wait());
  CHECK(echo.story->code == 4000);
  CHECK(echo.story->messages == 1);
}

TEST_CASE("a client that is lost is a connection that ended abnormally") {
  EchoServer echo;
  {
    RawClient client(echo.server->port());
    client.upgrade("/ws");
    REQUIRE(echo.story->opened.wait());
  }
  REQUIRE(echo.story->closed.wait());
  CHECK(echo.story->code == kCloseAbnormal);
}

TEST_CASE("a client's mistakes end its connection with the code that names them") {
  struct Case {
    std::string bytes;
    int code;
  };
  WebSocketLimits limits;
  limits.max_message_bytes = 1000;
  const std::vector<Case> cases{
      {RawClient::frame(0x81, "\xFF"), kCloseInvalidText},
      {RawClient::frame(0x83, "x"), kCloseProtocolError},
      {RawClient::frame(0x80, "x"), kCloseProtocolError},
      {"\x81\x01x", kCloseProtocolError},
      {RawClient::frame(0x82, std::string(1001, 'x')), kCloseTooBig},
      {RawClient::frame(0x02, std::string(600, 'x')) +
           RawClient::frame(0x80, std::string(600, 'x')),
       kCloseTooBig},
  };
  for (const Case& each : cases) {
    EchoServer echo(with(limits));
    RawClient client(echo.server->port());
    client.upgrade("/ws");
    REQUIRE(client.send(each.bytes));
    const auto frame = client.receive_frame();
    CHECK(frame.close_code() == each.code);
    CHECK(frame.payload.size() > 2);
    CHECK(client.receive_all().empty());
    CHECK(client.closed());
    client.finish_sending();
    REQUIRE(echo.story->closed.wait());
    CHECK(echo.story->code == kCloseAbnormal);
    CHECK_FALSE(echo.story->reason.empty());
  }
}

TEST_CASE("an application's own limit for messages holds, and the server's where it is smaller") {
  WebSocketLimits limits;
  limits.max_message_bytes = 1000;
  for (const std::size_t own : {100, 5000}) {
    EchoServer echo(with(limits));
    echo.app->on_upgrade = [&](const HttpRequest&) {
      UpgradeAnswer answer;
      answer.max_message_bytes = own;
      answer.handler = std::make_unique<Echo>(echo.story);
      return answer;
    };
    const std::size_t most = std::min<std::size_t>(own, 1000);
    RawClient client(echo.server->port());
    client.upgrade("/ws");
    REQUIRE(client.send(RawClient::frame(0x81, std::string(most, 'x'))));
    CHECK(client.receive_frame().payload.size() == most);
    REQUIRE(client.send(RawClient::frame(0x81, std::string(most + 1, 'x'))));
    const auto frame = client.receive_frame();
    CHECK(frame.close_code() == kCloseTooBig);
    CHECK(frame.payload.substr(2) ==
          "a message may have at most " + std::to_string(most) + " bytes");
  }
}

TEST_CASE("a slow reader loses its oldest audio, but no text, and hears the rest") {
  WebSocketLimits limits;
  limits.max_queued_bytes = 100'000;
  EchoServer echo(with(limits));
  RawClient client(echo.server->port(), false, 4096);
  client.upgrade("/ws");
  REQUIRE(echo.story->opened.wait());
  std::size_t most = 0;
  echo.on_loop([&] {
    WebSocket& socket = *echo.story->socket;
    const std::string audio(10'000, 'a');
    for (int i = 0; i < 1000; ++i) {
      socket.send_binary(std::as_bytes(std::span(audio)));
      if (i % 100 == 0) socket.send_text("text " + std::to_string(i / 100));
      most = std::max(most, socket.queued_bytes());
    }
    socket.send_text("end");
  });
  CHECK(most <= 100'000);
  CHECK(most > 80'000);
  int audio = 0;
  int texts = 0;
  for (;;) {
    const auto frame = client.receive_frame();
    if (frame.kind == 0x82) {
      ++audio;
      CHECK(frame.payload.size() == 10'000);
    } else {
      if (frame.payload == "end") break;
      CHECK(frame.payload == "text " + std::to_string(texts++));
    }
  }
  CHECK(texts == 10);
  CHECK(audio < 1000);
  CHECK(audio + static_cast<int>(echo.server->operator->()->statistics().dropped_messages) == 1000);
  while (echo.story->drained == 0) std::this_thread::yield();
}

TEST_CASE("queued audio can be dropped, so that what follows doesn't wait behind it") {
  EchoServer echo;
  RawClient client(echo.server->port(), false, 4096);
  client.upgrade("/ws");
  REQUIRE(echo.story->opened.wait());
  std::size_t dropped = 0;
  std::size_t left = 0;
  echo.on_loop([&] {
    WebSocket& socket = *echo.story->socket;
    const std::string audio(10'000, 'a');
    while (socket.queued_bytes() < 200'000) socket.send_binary(std::as_bytes(std::span(audio)));
    socket.send_text("kept");
    dropped = socket.drop_queued();
    left = socket.queued_bytes();
    socket.send_text("flush");
  });
  CHECK(dropped >= 18);
  CHECK(left < 20'100);
  std::vector<std::string> texts;
  while (texts.size() < 2) {
    const auto frame = client.receive_frame();
    REQUIRE(frame.kind != 0);
    if (frame.kind == 0x81) texts.push_back(frame.payload);
  }
  CHECK(texts == std::vector<std::string>{"kept", "flush"});
}

TEST_CASE("a client for whom too much waits that can't be dropped is sent away") {
  WebSocketLimits limits;
  limits.max_queued_bytes = 50'000;
  EchoServer echo(with(limits));
  RawClient client(echo.server->port(), false, 4096);
  client.upgrade("/ws");
  REQUIRE(echo.story->opened.wait());
  bool last = true;
  echo.on_loop([&] {
    const std::string text(10'000, 'a');
    for (int i = 0; i < 1000 && last; ++i) last = echo.story->socket->send_text(text);
  });
  CHECK_FALSE(last);
  RawClient::Frame frame = client.receive_frame();
  while (frame.kind == 0x81) frame = client.receive_frame();
  CHECK(frame.close_code() == kCloseTryAgain);
}

TEST_CASE("a client that never reads is lost after a while, and so is one that never answers") {
  WebSocketLimits limits;
  limits.stall = 50ms;
  limits.ping = 50ms;
  {
    EchoServer echo(with(limits));
    RawClient client(echo.server->port(), false, 4096);
    client.upgrade("/ws");
    REQUIRE(echo.story->opened.wait());
    echo.on_loop([&] {
      const std::string audio(50'000, 'a');
      for (int i = 0; i < 100; ++i)
        echo.story->socket->send_binary(std::as_bytes(std::span(audio)));
    });
    REQUIRE(echo.story->closed.wait());
    CHECK(echo.story->code == kCloseAbnormal);
    CHECK(echo.story->reason == "the client does not read");
  }
  EchoServer echo(with(limits));
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  CHECK(client.receive_frame().kind == 0x89);
  REQUIRE(echo.story->closed.wait());
  CHECK(echo.story->reason == "the client does not answer");
}

TEST_CASE("a message that doesn't come to its end in time closes the connection") {
  WebSocketLimits limits;
  limits.message_timeout = 50ms;
  EchoServer echo(with(limits));
  const std::string message = RawClient::frame(0x81, "hello");
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  REQUIRE(client.send(message));
  CHECK(client.receive_frame().payload == "hello");
  REQUIRE(client.send(std::string_view(message).substr(0, message.size() - 1)));
  auto frame = client.receive_frame();
  CHECK(frame.close_code() == kClosePolicy);
  CHECK(frame.payload.substr(2) == "a message did not come in time");
  RawClient other(echo.server->port());
  other.upgrade("/ws");
  REQUIRE(other.send(RawClient::frame(0x01, "a fragment, and pings behind it")));
  do {
    REQUIRE(other.send(RawClient::frame(0x89, "")));
    frame = other.receive_frame();
  } while (frame.kind == 0x8A);
  CHECK(frame.close_code() == kClosePolicy);
}

TEST_CASE("a quiet client that answers pings stays") {
  WebSocketLimits limits;
  limits.ping = 20ms;
  EchoServer echo(with(limits));
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  for (int i = 0; i < 5; ++i) {
    const auto ping = client.receive_frame();
    REQUIRE(ping.kind == 0x89);
    REQUIRE(client.send(RawClient::frame(0x8A, ping.payload)));
  }
}

TEST_CASE("after the connection has closed, calls do nothing") {
  EchoServer echo;
  std::shared_ptr<WebSocket> kept;
  {
    RawClient client(echo.server->port());
    client.upgrade("/ws");
    REQUIRE(echo.story->opened.wait());
    echo.on_loop([&] { kept = echo.story->socket; });
  }
  REQUIRE(echo.story->closed.wait());
  bool sent = true;
  echo.on_loop([&] {
    sent = kept->send_text("x") || kept->send_binary({});
    kept->close(1000, "");
    kept->drop_queued();
    kept.reset();
  });
  CHECK_FALSE(sent);
}

TEST_CASE("a handler may close in opened()") {
  class Closer final : public Echo {
   public:
    using Echo::Echo;
    void opened(std::shared_ptr<WebSocket> socket) override {
      socket->send_text("hello");
      socket->close(kClosePolicy, "no");
      socket->send_text("more");
      Echo::opened(std::move(socket));
    }
  };
  EchoServer echo;
  echo.app->on_upgrade = [&](const HttpRequest&) {
    UpgradeAnswer answer;
    answer.handler = std::make_unique<Closer>(echo.story);
    return answer;
  };
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  CHECK(client.receive_frame().payload == "hello");
  CHECK(client.receive_frame().close_code() == kClosePolicy);
}

TEST_CASE("a message in and out allocates nothing") {
  // Counts from its second message on.
  class Counting final : public Echo {
   public:
    Counting(std::shared_ptr<Story> story, std::uint64_t& allocations, Gate& done)
        : Echo(std::move(story)), allocations_(allocations), done_(done) {}
    void binary(std::span<const std::byte> message) override {
      if (story_->messages == 1) before_ = test::allocations();
      Echo::binary(message);
      if (story_->messages < 100) return;
      allocations_ = test::allocations() - before_;
      done_.open();
    }

   private:
    std::uint64_t& allocations_;
    std::uint64_t before_ = 0;
    Gate& done_;
  };
  EchoServer echo;
  std::uint64_t allocations = 1000;
  Gate done;
  echo.app->on_upgrade = [&](const HttpRequest&) {
    UpgradeAnswer answer;
    answer.handler = std::make_unique<Counting>(echo.story, allocations, done);
    return answer;
  };
  RawClient client(echo.server->port());
  client.upgrade("/ws");
  std::string frames;
  for (int i = 0; i < 100; ++i) frames += RawClient::frame(0x82, std::string(640, 'x'));
  REQUIRE(client.send(frames));
  REQUIRE(done.wait());
  CHECK(allocations == 0);
}
