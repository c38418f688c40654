// WebSockets of the client, against our own server and against servers that do as they like.
#include "net/web_socket_client.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/web_socket_frames.h"
#include "support/catch.h"
#include "support/certificate.h"
#include "support/gate.h"
#include "support/names.h"
#include "support/raw_server.h"
#include "support/temp_dir.h"
#include "support/web_app.h"

using namespace voiceagent;
using namespace voiceagent::net;
using namespace std::chrono_literals;
using voiceagent::test::closed_port;
using voiceagent::test::Gate;
using voiceagent::test::RawConnection;
using voiceagent::test::RawServer;
using voiceagent::test::TempDir;
using voiceagent::test::TestName;
using voiceagent::test::WebApp;
using voiceagent::test::WebServer;

namespace {

// What a handler was told; it outlives the handler.
struct Story {
  std::shared_ptr<WebSocket> socket;
  std::vector<std::string> messages;  // "text ..." or "binary ..."
  std::string told;
  int code = 0;
  std::string reason;
  std::size_t wanted = 1;  // messages
  Gate opened;
  Gate received;  // as many as were wanted
  Gate closed;
  Gate destroyed;
};

class Listener final : public WebSocketHandler {
 public:
  explicit Listener(Story& story) : story_(story) {}
  ~Listener() override { story_.destroyed.open(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  void opened(std::shared_ptr<WebSocket> socket) override {
    story_.socket = std::move(socket);
    story_.told += "opened ";
    story_.opened.open();
  }
  void text(std::span<char> message) override {
    take("text " + std::string(message.begin(), message.end()));
  }
  void binary(std::span<const std::byte> message) override {
    take("binary " + std::string(reinterpret_cast<const char*>(message.data()), message.size()));
  }
  void closed(int code, std::string_view reason) override {
    story_.told += "closed";
    story_.code = code;
    story_.reason = reason;
    story_.socket.reset();
    story_.closed.open();
  }

 private:
  void take(std::string message) {
    story_.messages.push_back(std::move(message));
    if (story_.messages.size() == story_.wanted) story_.received.open();
  }
  Story& story_;
};

// Sends back what comes; "close" closes.
class Echo final : public WebSocketHandler {
 public:
  void opened(std::shared_ptr<WebSocket> socket) override { socket_ = std::move(socket); }
  void text(std::span<char> message) override {
    const std::string_view text(message.data(), message.size());
    if (text == "close") return socket_->close(4000, "as you wish");
    socket_->send_text(text);
  }
  void binary(std::span<const std::byte> message) override {
    socket_->send_binary(message, {}, Delivery::kMust);
  }
  void closed(int, std::string_view) override { socket_.reset(); }

 private:
  std::shared_ptr<WebSocket> socket_;
};

// An echo server of our own. The last request is kept.
struct EchoServer {
  explicit EchoServer(HttpServerOptions options = {}) : server(app, limited(std::move(options))) {
    app->on_upgrade = [this](const HttpRequest& request) {
      seen = request;
      UpgradeAnswer answer;
      answer.handler = std::make_unique<Echo>();
      answer.subprotocol = request.header("sec-websocket-protocol");
      return answer;
    };
  }
  static HttpServerOptions limited(HttpServerOptions options) {
    options.web_socket.max_message_bytes = 2'000'000;
    options.web_socket.max_queued_bytes = 8'000'000;
    return options;
  }
  std::string url(std::string_view host = "127.0.0.1") const {
    return "ws://" + std::string(host) + ":" + std::to_string(server.port()) + "/echo?a=b%20c";
  }

  std::shared_ptr<WebApp> app = std::make_shared<WebApp>();
  HttpRequest seen;
  WebServer server;
};

// A client on a loop of its own.
struct Client {
  Client() = default;
  ~Client() {
    run([this] {
      attempt.reset();
      if (story.socket) story.socket->close(kCloseNormal, "");
      story.socket.reset();
    });
    CHECK(story.destroyed.wait());
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void run(const std::function<void()>& f) const {
    Gate done;
    loop->post([&] {
      f();
      done.open();
    });
    REQUIRE(done.wait());
  }
  void connect(WebSocketClientOptions options) {
    run([&] {
      attempt = connect_web_socket(loop, std::move(options), std::make_unique<Listener>(story));
    });
  }
  void connect(const std::string& url) {
    WebSocketClientOptions options;
    options.url = url;
    connect(std::move(options));
  }
  // Connects and expects that to fail; why it did.
  std::string refusal(WebSocketClientOptions options) {
    connect(std::move(options));
    REQUIRE(story.closed.wait());
    CHECK(story.told == "closed");
    CHECK(story.code == kCloseAbnormal);
    return story.reason;
  }
  std::string refusal(const std::string& url) {
    WebSocketClientOptions options;
    options.url = url;
    return refusal(std::move(options));
  }

  std::shared_ptr<Loop> loop = Loop::create("client").value();
  std::unique_ptr<WebSocketAttempt> attempt;
  Story story;
};

std::string ws(const RawServer& server) {
  return "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
}

// The answer that opens a WebSocket, for the request that came.
std::string welcome(const std::string& request, const std::string& more = "") {
  const std::string name = "sec-websocket-key: ";
  const std::size_t key = request.find(name) + name.size();
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "
         "Upgrade\r\nSec-WebSocket-Accept: " +
         web_socket_accept(request.substr(key, request.find("\r\n", key) - key)) + "\r\n" + more +
         "\r\n";
}

std::string frame(FrameKind kind, std::string_view payload) {
  std::string bytes;
  append_frame(bytes, kind, {}, payload);
  return bytes;
}

}  // namespace

TEST_CASE("messages of any length go both ways", "[wsclient]") {
  EchoServer server;
  Client client;
  const std::vector<std::size_t> sizes{0, 1, 7, 125, 126, 65'535, 65'536, 1'000'000};
  client.story.wanted = 2 * sizes.size();
  WebSocketClientOptions options;
  options.url = server.url();
  options.limits.max_queued_bytes = 8'000'000;
  client.connect(std::move(options));
  REQUIRE(client.story.opened.wait());
  client.run([&] {
    for (const std::size_t size : sizes) {
      const std::string text(size, 'x');
      const auto bytes = std::as_bytes(std::span(text));
      CHECK(client.story.socket->send_text(text));
      CHECK(client.story.socket->send_binary(bytes.first(size / 3), bytes.subspan(size / 3),
                                             Delivery::kMust));
    }
  });
  REQUIRE(client.story.received.wait());
  client.run([&] {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      CHECK(client.story.messages[2 * i] == "text " + std::string(sizes[i], 'x'));
      CHECK(client.story.messages[2 * i + 1] == "binary " + std::string(sizes[i], 'x'));
    }
  });
}

TEST_CASE("the request is the one that was asked for", "[wsclient]") {
  EchoServer server;
  Client client;
  WebSocketClientOptions options;
  options.url = server.url();
  options.headers = {{"authorization", "Bearer secret"}};
  options.subprotocol = "voiceagent.v1";
  client.connect(std::move(options));
  REQUIRE(client.story.opened.wait());
  CHECK(server.seen.target == "/echo?a=b%20c");
  CHECK(server.seen.header("host") == "127.0.0.1:" + std::to_string(server.server.port()));
  CHECK(server.seen.header("authorization") == "Bearer secret");
  CHECK(server.seen.header("sec-websocket-protocol") == "voiceagent.v1");
  client.run([&] {
    CHECK(client.story.socket->request().target == "/echo?a=b%20c");
    CHECK(client.story.socket->loop() == client.loop);
  });
}

TEST_CASE("either side closes with a code and a reason", "[wsclient]") {
  EchoServer server;
  Client client;
  client.connect(server.url());
  REQUIRE(client.story.opened.wait());
  SECTION("the server") {
    client.run([&] { client.story.socket->send_text("close"); });
    REQUIRE(client.story.closed.wait());
    CHECK(client.story.code == 4000);
    CHECK(client.story.reason == "as you wish");
  }
  SECTION("the client") {
    client.run([&] {
      client.story.socket->close(kCloseNormal, "done");
      CHECK_FALSE(client.story.socket->send_text("late"));
    });
    REQUIRE(client.story.closed.wait());
    CHECK(client.story.code == kCloseNormal);
  }
  CHECK(client.story.destroyed.wait());
  CHECK(client.story.told == "opened closed");
}

TEST_CASE("what comes together with the answer is heard", "[wsclient]") {
  RawServer server([](RawConnection& connection) {
    connection.write(welcome(connection.read_request()) + frame(FrameKind::kText, "hello"));
    connection.wait_for_end();
  });
  Client client;
  client.connect(ws(server));
  REQUIRE(client.story.received.wait());
  client.run([&] { CHECK(client.story.messages.front() == "text hello"); });
}

TEST_CASE("an answer that comes byte by byte opens too", "[wsclient]") {
  RawServer server([](RawConnection& connection) {
    for (const char c : welcome(connection.read_request())) connection.write({&c, 1});
    connection.wait_for_end();
  });
  Client client;
  client.connect(ws(server));
  CHECK(client.story.opened.wait());
}

TEST_CASE("what a client sends is masked, each time in another way", "[wsclient]") {
  std::vector<std::string> frames;
  RawServer server([&](RawConnection& connection) {
    connection.write(welcome(connection.read_request()));
    for (int i = 0; i < 2; ++i) {
      std::string bytes;
      while (bytes.size() < 11) bytes += connection.read(11 - bytes.size());
      frames.push_back(bytes);
    }
    connection.write(frame(FrameKind::kText, "seen"));
    connection.wait_for_end();
  });
  Client client;
  client.connect(ws(server));
  REQUIRE(client.story.opened.wait());
  client.run([&] {
    client.story.socket->send_text("hello");
    client.story.socket->send_text("hello");
  });
  REQUIRE(client.story.received.wait());
  CHECK(frames[0].substr(2, 4) != frames[1].substr(2, 4));
  for (std::string& bytes : frames) {
    CHECK(static_cast<unsigned char>(bytes[0]) == 0x81);
    CHECK(static_cast<unsigned char>(bytes[1]) == 0x85);
    FrameMask mask{};
    for (std::size_t i = 0; i < 4; ++i) mask[i] = static_cast<unsigned char>(bytes[2 + i]);
    apply_mask(std::span(bytes).subspan(6), mask, 0);
    CHECK(bytes.substr(6) == "hello");
  }
}

TEST_CASE("a refusal is told with its status", "[wsclient]") {
  const auto [status, reason] =
      GENERATE(table<std::string, std::string>({{"401 No", "401 Unauthorized"},
                                                {"404 No", "404 Not Found"},
                                                {"200 OK", "200 OK"},
                                                {"302 Found", "302 Found"},
                                                {"503", "503 Service Unavailable"}}));
  RawServer server([status = status](RawConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
  });
  Client client;
  const std::string told = client.refusal(ws(server));
  CHECK(told.find(reason + " (ws://127.0.0.1:") == 0);
}

TEST_CASE("an answer that opens something else is refused", "[wsclient]") {
  const auto [answer, reason] = GENERATE(table<std::string, std::string>(
      {{"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        "the server switches to something else than a WebSocket"},
       {"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "the server has not read the handshake's key"},
       {"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "the server has not read the handshake's key"},
       {"HTTP/1.0 101 X\r\n\r\n", "the answer is not HTTP/1.1"},
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "the answer is not HTTP/1.1"},
       {"HTTP/1.1 101 X\r\nConnection\r\n\r\n", "the answer's headers can't be read"},
       {"HTTP/1.1 101 X\r\nConnection: Upgr", "the connection was closed by the server"},
       {"", "the connection was closed by the server"},
       {"HTTP/1.1 101 X\r\nX: " + std::string(70'000, 'x'), "the answer's headers are too long"}}));
  RawServer server([answer = answer](RawConnection& connection) {
    connection.read_request();
    connection.write(answer);
  });
  Client client;
  const std::string told = client.refusal(ws(server));
  CAPTURE(told);
  CHECK(told.find(reason + " (ws://127.0.0.1:") == 0);
}

TEST_CASE("an extension or a subprotocol that was not offered is refused", "[wsclient]") {
  const std::string header = GENERATE("Sec-WebSocket-Extensions: permessage-deflate\r\n",
                                      "Sec-WebSocket-Protocol: other\r\n");
  RawServer server([&](RawConnection& connection) {
    connection.write(welcome(connection.read_request(), header));
  });
  Client client;
  CHECK(client.refusal(ws(server)).find("that was not offered") != std::string::npos);
}

TEST_CASE("a WebSocket is refused where nobody listens", "[wsclient]") {
  Client client;
  const std::string origin = "ws://127.0.0.1:" + std::to_string(closed_port());
  CHECK(client.refusal(origin + "/?key=secret") ==
        "no connection: Connection refused (" + origin + ")");
}

TEST_CASE("what is no URL of a WebSocket is refused", "[wsclient]") {
  const auto [url, reason] = GENERATE(table<std::string, std::string>(
      {{"", "the URL is not valid"},
       {"http://127.0.0.1/", "the URL is not one of ws or wss"},
       {"ws://", "the URL is not valid"},
       {"ws://me:secret@127.0.0.1/", "the URL holds a user's name"}}));
  Client client;
  const std::string told = client.refusal(url);
  CHECK(told.find(reason) == 0);
  CHECK(told.find("secret") == std::string::npos);
}

TEST_CASE("a server that doesn't answer is given up", "[wsclient]") {
  RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  Client client;
  WebSocketClientOptions options;
  options.url = ws(server);
  options.connect_timeout = 50ms;
  CHECK(client.refusal(std::move(options)).find("no WebSocket within 50 ms (ws://127.0.0.1:") == 0);
}

TEST_CASE("a WebSocket whose name isn't answered in time is given up", "[wsclient]") {
  TestName name("silent-ws.test");
  name.hold();
  Client client;
  WebSocketClientOptions options;
  options.url = "ws://silent-ws.test:1/";
  options.connect_timeout = 50ms;
  CHECK(client.refusal(std::move(options)) == "no WebSocket within 50 ms (ws://silent-ws.test:1)");
  name.release();
}

TEST_CASE("a WebSocket of a name that nobody knows is refused", "[wsclient]") {
  Client client;
  CHECK(client.refusal("ws://nobody.test/").find("the name \"nobody.test\" can't be resolved") ==
        0);
}

TEST_CASE("a slow name service holds up nobody else on the loop", "[wsclient]") {
  EchoServer server;
  TestName name("slow-ws.test");
  name.hold();
  Client client;
  client.connect(server.url("slow-ws.test"));
  REQUIRE(name.wait_until_asked());
  client.run([] {});
  CHECK(client.story.told.empty());
  name.release();
  REQUIRE(client.story.opened.wait());
  CHECK(server.seen.header("host") == "slow-ws.test:" + std::to_string(server.server.port()));
}

TEST_CASE("of several addresses the next is tried", "[wsclient]") {
  EchoServer server;
  const TestName name("two-ws.test", {"127.0.0.2", "127.0.0.3", "127.0.0.1"});
  Client client;
  client.connect(server.url("two-ws.test"));
  CHECK(client.story.opened.wait());
}

TEST_CASE("an attempt that is dropped is told nothing", "[wsclient]") {
  RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  TestName name("dropped-ws.test");
  Client client;
  SECTION("at once") {
    client.run([&] {
      WebSocketClientOptions options;
      options.url = ws(server);
      connect_web_socket(client.loop, options, std::make_unique<Listener>(client.story)).reset();
    });
  }
  SECTION("while the name is asked for") {
    name.hold();
    client.connect("ws://dropped-ws.test:1/");
    REQUIRE(name.wait_until_asked());
    client.run([&] { client.attempt.reset(); });
    name.release();
  }
  SECTION("while the answer is awaited") {
    client.connect(ws(server));
    client.run([&] { client.attempt.reset(); });
  }
  REQUIRE(client.story.destroyed.wait());
  client.run([] {});
  CHECK(client.story.told.empty());
}

TEST_CASE("a connection that is cut off is lost", "[wsclient]") {
  const bool reset = GENERATE(true, false);
  RawServer server([&](RawConnection& connection) {
    connection.write(welcome(connection.read_request()));
    if (reset) connection.reset();
  });
  Client client;
  client.connect(ws(server));
  REQUIRE(client.story.closed.wait());
  CHECK(client.story.code == kCloseAbnormal);
}

TEST_CASE("a server that breaks the rules is left with a code", "[wsclient]") {
  const auto [bytes, code] = GENERATE(table<std::string, int>(
      {{std::string("\x81\x80\0\0\0\0", 6), kCloseProtocolError},  // masked
       {frame(FrameKind::kText, "\xFF"), kCloseInvalidText},
       {frame(FrameKind::kBinary, std::string(2'000, 'x')), kCloseTooBig}}));
  int seen = 0;
  Gate read;
  RawServer server([&, bytes = bytes](RawConnection& connection) {
    connection.write(welcome(connection.read_request()) + bytes);
    std::string answer;
    while (answer.size() < 8) answer += connection.read(8 - answer.size());
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(answer[i]); };
    seen = (byte(6) ^ byte(2)) << 8 | (byte(7) ^ byte(3));
    read.open();
  });
  Client client;
  WebSocketClientOptions options;
  options.url = ws(server);
  options.limits.max_message_bytes = 1'000;
  client.connect(std::move(options));
  REQUIRE(read.wait());
  CHECK(seen == code);
  CHECK(client.story.closed.wait());
}

TEST_CASE("a server that is silent is asked, and lost when it doesn't answer", "[wsclient]") {
  RawServer server([](RawConnection& connection) {
    connection.write(welcome(connection.read_request()));
    connection.wait_for_end();
  });
  Client client;
  WebSocketClientOptions options;
  options.url = ws(server);
  options.limits.ping = 50ms;
  client.connect(std::move(options));
  REQUIRE(client.story.closed.wait());
  CHECK(client.story.code == kCloseAbnormal);
  CHECK(client.story.reason == "the server does not answer");
}

TEST_CASE("a server that doesn't read loses audio, oldest first", "[wsclient]") {
  Gate enough;
  RawServer server([&](RawConnection& connection) {
    connection.write(welcome(connection.read_request()));
    static_cast<void>(enough.wait());
  });
  Client client;
  WebSocketClientOptions options;
  options.url = ws(server);
  options.limits.max_queued_bytes = 100'000;
  client.connect(std::move(options));
  REQUIRE(client.story.opened.wait());
  client.run([&] {
    const std::vector<std::byte> audio(10'000);
    for (int i = 0; i < 2'000 && client.story.socket->dropped_messages() == 0; ++i) {
      CHECK(client.story.socket->send_binary(audio));
    }
    CHECK(client.story.socket->dropped_messages() > 0);
    CHECK(client.story.socket->queued_bytes() <= 100'000);
    CHECK(client.story.socket->drop_queued() > 0);
  });
  enough.open();
}

TEST_CASE("by TLS the certificate must be the server's", "[wsclient]") {
  const TempDir dir;
  HttpServerOptions served;
  served.tls = TlsFiles{dir.path("cert.pem"), dir.path("key.pem")};
  test::write_certificate("wss.test", served.tls->certificate, served.tls->key);
  test::write_certificate("other.test", dir.path("other.pem"), dir.path("other-key.pem"));
  EchoServer server(served);
  const TestName right("wss.test");
  const TestName wrong("else.test");
  const std::string port = std::to_string(server.server.port());
  Client client;
  WebSocketClientOptions options;
  options.url = "wss://wss.test:" + port + "/";
  options.ca_file = dir.path("cert.pem");
  SECTION("it is") {
    client.connect(std::move(options));
    REQUIRE(client.story.opened.wait());
    client.run([&] { client.story.socket->send_text(std::string(500'000, 'x')); });
    REQUIRE(client.story.received.wait());
    client.run([&] { CHECK(client.story.messages.front().size() == 500'005); });
  }
  SECTION("it is another's") {
    options.url = "wss://else.test:" + port + "/";
    CHECK(client.refusal(std::move(options)).find("certificate is not trusted") !=
          std::string::npos);
  }
  SECTION("nobody vouches for it") {
    options.ca_file = dir.path("other.pem");
    CHECK(client.refusal(std::move(options)).find("certificate is not trusted") !=
          std::string::npos);
  }
  SECTION("nobody wants to know") {
    options.url = "wss://else.test:" + port + "/";
    options.ca_file.clear();
    options.verify_tls = false;
    client.connect(std::move(options));
    CHECK(client.story.opened.wait());
  }
  SECTION("those who vouch can't be read") {
    options.ca_file = dir.path("none.pem");
    CHECK(client.refusal(std::move(options))
              .find("certificates can't be read from " + dir.path("none.pem")) == 0);
  }
}
