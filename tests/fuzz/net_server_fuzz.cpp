// Any bytes as all that a client sends on one connection: the server answers in HTTP or not at all,
// closes, and goes on serving others.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/raw_client.h"
#include "support/web_app.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;
using test::RawClient;

void demand(bool promise) {
  if (!promise) std::abort();
}

struct Echo final : net::WebSocketHandler {
  std::shared_ptr<net::WebSocket> socket;
  void opened(std::shared_ptr<net::WebSocket> opened) override { socket = std::move(opened); }
  void text(std::span<char> text) override { socket->send_text({text.data(), text.size()}); }
  void binary(std::span<const std::byte> bytes) override { socket->send_binary(bytes); }
  void closed(int, std::string_view) override {}
};

// By path: /ws a WebSocket, /stream an answer in pieces, /drop none, /no refused early.
std::shared_ptr<test::WebApp> make_app() {
  auto app = std::make_shared<test::WebApp>();
  app->on_check = [](const net::HttpRequest& head,
                     std::size_t& max_body) -> std::optional<net::HttpResponse> {
    max_body = 1000;
    if (head.path == "/no") return net::HttpResponse{403, {}, "no"};
    return std::nullopt;
  };
  app->on_serve = [whole = app->on_serve](std::shared_ptr<net::HttpExchange> exchange) {
    const std::string& path = exchange->request().path;
    if (path == "/drop") return;
    if (path != "/stream") return whole(std::move(exchange));
    exchange->begin({200, {}, {}});
    exchange->write(exchange->request().body);
    exchange->write("end");
    exchange->end();
  };
  app->on_upgrade = [](const net::HttpRequest& request) {
    net::UpgradeAnswer answer;
    answer.refusal.status = 404;
    if (request.path == "/ws") answer.handler = std::make_unique<Echo>();
    return answer;
  };
  return app;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Never destroyed: at the program's end OpenSSL cleans up before the loop's thread has ended.
  static const auto* const server = new test::WebServer(make_app());
  RawClient client(server->port());
  demand(client.connected());
  client.send(std::string(data, data + size));
  client.finish_sending();
  const std::string answer = client.receive_all();
  demand(client.closed());
  demand(answer.empty() || answer.starts_with("HTTP/1.1 "));
  return 0;
}
