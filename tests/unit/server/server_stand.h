// A server without sockets, in virtual time: its agent hears, thinks and speaks by script.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "server/application.h"
#include "support/catch.h"
#include "support/fake_exchange.h"
#include "support/virtual_loop.h"
#include "voiceagent/engine.h"
#include "voiceagent/json.h"
#include "voiceagent/sim.h"

namespace voiceagent::test {

class ServerStand {
 public:
  using Headers = std::initializer_list<std::pair<std::string, std::string>>;

  explicit ServerStand(ServerOptions options = {}, bool with_agent = true,
                       EngineOptions engine = {}, VirtualTimeOptions time_options = {})
      : time(VirtualExecutor::create(time_options)) {
    options.http.access_log = false;
    server::HostParts parts;
    parts.loops = {loop};
    parts.workers = time->workers();
    parts.logger = make_null_logger();
    engine.executors = {loop};
    engine.workers = parts.workers;
    engine.logger = parts.logger;
    if (engine.registry == nullptr) engine.registry = std::make_shared<Registry>();
    parts.engine = Engine::create(std::move(engine)).value();
    parts.metrics = std::make_shared<server::SessionMetrics>();
    host = std::make_shared<server::ServerHost>(options, std::move(parts));
    if (with_agent) load_agent();
    app = std::make_shared<server::Application>(std::move(options), host);
  }
  ~ServerStand() {
    host->end_sessions();
    time->run_until_idle(std::chrono::minutes(1));
  }

  void load_agent() {
    AgentOptions agent;
    agent.stt.instance = sim::scripted_stt();
    agent.llm.instance =
        sim::scripted_llm(sim::fixed_reply("the reply", std::chrono::milliseconds(10)));
    agent.tts.instance = sim::scripted_tts();
    agent.vad.instance = sim::level_vad();
    agent.instructions = "a secret prompt";
    const auto made = host->parts().engine->make_agent(std::move(agent));
    REQUIRE(made.ok());
    REQUIRE(host->set_agent(*made).ok());
  }

  static net::HttpRequest request(std::string method, std::string target, Headers headers = {},
                                  std::string body = {}) {
    net::HttpRequest request;
    request.id = "request-1";
    request.method = std::move(method);
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.target = std::move(target);
    request.peer = "192.0.2.1";
    request.headers = headers;
    if (!request.headers.has("host")) request.headers.set("host", "localhost:7860");
    request.body = std::move(body);
    return request;
  }

  // Begins to serve a request as the net layer would: the check, then the whole of it.
  std::shared_ptr<FakeExchange> begin(net::HttpRequest request,
                                      std::shared_ptr<FakeAnswer> answer) {
    auto exchange = std::make_shared<FakeExchange>(loop, request, std::move(answer));
    loop->post([this, exchange, request = std::move(request)] {
      std::size_t max_body = 0;
      if (auto refusal = app->check(request, max_body)) return exchange->send(std::move(*refusal));
      app->serve(exchange);
    });
    return exchange;
  }

  // Serves it to the end, in at most a minute of virtual time.
  FakeAnswer serve(net::HttpRequest request) {
    auto answer = std::make_shared<FakeAnswer>();
    begin(std::move(request), answer);
    time->run_for(std::chrono::minutes(1));
    CHECK(answer->answers == 1);
    CHECK(answer->ended);
    return *answer;
  }
  FakeAnswer get(std::string target, Headers headers = {}) {
    return serve(request("GET", std::move(target), headers));
  }
  FakeAnswer post_json(std::string target, std::string body) {
    return serve(request("POST", std::move(target), {{"content-type", "application/json"}},
                         std::move(body)));
  }

  const std::shared_ptr<VirtualExecutor> time;
  const std::shared_ptr<VirtualLoop> loop = std::make_shared<VirtualLoop>(time);
  std::shared_ptr<server::ServerHost> host;
  std::shared_ptr<server::Application> app;
};

inline Json json_of(const FakeAnswer& answer) {
  INFO(answer.response.body);
  const auto json = Json::parse(answer.response.body);
  REQUIRE(json.ok());
  return *json;
}

}  // namespace voiceagent::test
