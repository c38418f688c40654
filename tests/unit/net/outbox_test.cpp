#include "net/outbox.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "net/web_socket_connection.h"
#include "support/catch.h"
#include "support/gate.h"
#include "support/raw_client.h"
#include "support/web_app.h"

using namespace voiceagent;
using namespace voiceagent::net;

namespace {

struct Log final : Outbox::Writer {
  explicit Log(std::vector<std::string>& lines, std::string its_name)
      : all(lines), name(std::move(its_name)) {}
  void write(std::string_view bytes) override { all.push_back(name + std::string(bytes)); }
  std::vector<std::string>& all;
  const std::string name;
};

// Answers a message with ten, or with ten and a farewell.
class Talker final : public WebSocketHandler {
 public:
  void opened(std::shared_ptr<WebSocket> socket) override { socket_ = std::move(socket); }
  void text(std::span<char> message) override {
    for (int i = 0; i < 10; ++i) socket_->send_text(std::string(100, static_cast<char>('0' + i)));
    if (std::string_view(message.data(), message.size()) == "bye") socket_->close(4000, "bye");
  }
  void binary(std::span<const std::byte>) override {}
  void closed(int, std::string_view) override { socket_.reset(); }

 private:
  std::shared_ptr<WebSocket> socket_;
};

// Sends numbered texts until some wait for the client to read, and lets it read before the round
// has ended.
class Flood final : public WebSocketHandler {
 public:
  Flood(int& sent, std::atomic<int>& stage) : sent_(sent), stage_(stage) {}
  void opened(std::shared_ptr<WebSocket> socket) override { socket_ = std::move(socket); }
  void text(std::span<char>) override {
    auto& connection = dynamic_cast<WebSocketConnection&>(*socket_);
    while (socket_->queued_bytes() == 0) send();
    send();
    stage_ = 1;
    while (socket_->queued_bytes() > 0) connection.stream_ready();
    stage_ = 2;
  }
  void binary(std::span<const std::byte>) override {}
  void closed(int, std::string_view) override { socket_.reset(); }

 private:
  void send() { socket_->send_text(std::to_string(sent_++) + std::string(10'000, ' ')); }

  int& sent_;
  std::atomic<int>& stage_;  // 1: some wait, 2: none does
  std::shared_ptr<WebSocket> socket_;
};

std::shared_ptr<test::WebApp> talking_app() {
  auto app = std::make_shared<test::WebApp>();
  app->on_upgrade = [](const HttpRequest&) {
    UpgradeAnswer answer;
    answer.handler = std::make_unique<Talker>();
    return answer;
  };
  return app;
}

}  // namespace

TEST_CASE("outbox: what one sends in a row is written in one call, and all in their order") {
  std::vector<std::string> written;
  Log a(written, "a:");
  Log b(written, "b:");
  Outbox outbox;
  outbox.next(a) += "1";
  outbox.next(a) += "2";
  outbox.next(b) += "3";
  outbox.next(a) += "4";
  CHECK(written.empty());
  outbox.flush();
  CHECK(written == std::vector<std::string>{"a:12", "b:3", "a:4"});
  CHECK(outbox.empty());
  outbox.flush();
  CHECK(written.size() == 3);
}

TEST_CASE("outbox: what was sent by one who is gone is not written") {
  std::vector<std::string> written;
  Log b(written, "b:");
  Outbox outbox;
  {
    Log a(written, "a:");
    outbox.next(a) += "1";
    outbox.next(b) += "2";
    outbox.next(a) += "3";
    outbox.forget(a);
  }
  outbox.flush();
  CHECK(written == std::vector<std::string>{"b:2"});
}

TEST_CASE("outbox: when much has come together it does not wait for the end of the round") {
  std::vector<std::string> written;
  Log a(written, "");
  Outbox outbox;
  std::size_t sent = 0;
  while (written.empty() && sent < 1'000) {
    outbox.next(a) += std::string(1'000, 'x');
    ++sent;
  }
  REQUIRE(sent < 100);
  outbox.flush();
  std::size_t bytes = 0;
  for (const std::string& each : written) bytes += each.size();
  CHECK(bytes == sent * 1'000);
}

TEST_CASE("outbox: what a handler says in one callback arrives in one piece") {
  test::WebServer server(talking_app(), {});
  test::RawClient client(server->port());
  client.upgrade("/ws");
  REQUIRE(client.send(test::RawClient::frame(0x81, "talk")));
  CHECK(client.receive().size() == 10 * 102);
}

TEST_CASE("outbox: what was said before a close is heard before it") {
  test::WebServer server(talking_app(), {});
  test::RawClient client(server->port());
  client.upgrade("/ws");
  REQUIRE(client.send(test::RawClient::frame(0x81, "bye")));
  for (int i = 0; i < 10; ++i) {
    CHECK(client.receive_frame().payload == std::string(100, static_cast<char>('0' + i)));
  }
  CHECK(client.receive_frame().kind == 0x88);
}

TEST_CASE("outbox: nothing overtakes it, when the client reads before the round has ended") {
  int sent = 0;
  std::atomic<int> stage = 0;
  auto app = std::make_shared<test::WebApp>();
  app->on_upgrade = [&](const HttpRequest&) {
    UpgradeAnswer answer;
    answer.handler = std::make_unique<Flood>(sent, stage);
    return answer;
  };
  test::WebServer server(app, {});
  test::RawClient client(server->port(), false, 4096);
  client.upgrade("/ws");
  REQUIRE(client.send(test::RawClient::frame(0x81, "go")));
  while (stage == 0) std::this_thread::yield();
  for (int number = 0; number < sent; ++number) {
    REQUIRE(std::atoi(client.receive_frame().payload.c_str()) == number);
  }
  while (stage == 1)
    std::this_thread::yield();  // a client that left would end the connection in there
}
