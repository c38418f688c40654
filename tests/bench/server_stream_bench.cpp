// What a streaming connection costs beyond its session: CPU of a frame, in and out, and memory. The
// network is not in it.
#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/heap.h"
#include "bench/scripted_agent.h"
#include "bench/scripted_session.h"
#include "support/alloc_counter.h"
#include "support/fake_connection.h"
#include "support/fake_host.h"
#include "transports/websocket/handlers.h"

namespace voiceagent::bench {
namespace {

constexpr Duration kFrame{20'000'000};

std::shared_ptr<VadProvider> deaf() {
  return vad_from_function([](auto) { return 0.0F; });
}

std::string long_reply() {
  std::string text;
  for (int i = 0; i < 4'000; ++i) text += "some words ";
  return text;
}

AgentOptions agent(const std::string& reply) {
  AgentOptions options;
  options.stt = {"scripted", {}, sim::scripted_stt()};
  options.llm = {"scripted", {}, sim::scripted_llm(sim::fixed_reply(reply))};
  options.tts = {"scripted", {}, sim::scripted_tts()};
  options.vad = {"given", {}, deaf()};
  return options;
}

// Connections to a server in virtual time, whose sockets swallow what they are sent.
class Server {
 public:
  explicit Server(const std::string& reply) : Server(agent(reply)) {}
  explicit Server(AgentOptions options)
      : time_(VirtualExecutor::create()),
        loop_(std::make_shared<test::VirtualLoop>(time_)),
        host_(std::make_shared<test::FakeHost>(time_, std::move(options))) {
    host_->capacity = 1'000;
  }
  ~Server() {
    host_->is_draining = true;
    host_->sessions().end_all(CloseReason::kHost);
    time_->run_for(Duration(5'000'000'000));
  }

  struct Connection {
    std::shared_ptr<test::FakeSocket> socket;
    std::unique_ptr<net::WebSocketHandler> handler;
    Connection() = default;
    Connection(Connection&&) = default;
    Connection& operator=(Connection&&) = default;
    ~Connection() {
      if (handler != nullptr) handler->closed(net::kCloseAbnormal, "");
    }
  };

  Connection connect() {
    Connection made;
    made.socket = std::make_shared<test::FakeSocket>(loop_, net::HttpRequest());
    made.socket->counts_only = true;
    made.handler = transports::make_stream_handler(host_, {"websocket", "", ""});
    time_->post([&made] {
      made.handler->opened(made.socket);
      std::string start = R"({"type":"start"})";
      made.handler->text(start);
    });
    time_->run_for(Duration(0));
    return made;
  }
  void type(Connection& connection, std::string line) {
    line = R"({"type":"text","text":")" + line + "\"}";
    time_->post([&] { connection.handler->text(line); });
    time_->run_for(Duration(0));
  }
  VirtualExecutor& time() { return *time_; }

 private:
  std::shared_ptr<VirtualExecutor> time_;
  std::shared_ptr<test::VirtualLoop> loop_;
  std::shared_ptr<test::FakeHost> host_;
};

// Runs `step` for the benchmark, and reports what it allocates each time.
void run(benchmark::State& state, const std::function<void()>& step) {
  for (int i = 0; i < 100; ++i) step();
  const std::uint64_t before = test::allocations();
  for (auto _ : state) step();
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(test::allocations() - before), benchmark::Counter::kAvgIterations);
}

void frame_in_session_alone(benchmark::State& state) {
  ScriptedSession host("Yes.", deaf());
  const Pcm frame = sim::silence(kFrame);
  run(state, [&] { host.push(frame.view()); });
}

void frame_in_connection(benchmark::State& state) {
  Server server("Yes.");
  Server::Connection connection = server.connect();
  const Pcm frame = sim::silence(kFrame);
  run(state, [&] {
    server.time().run_for(kFrame);
    connection.handler->binary(std::as_bytes(std::span(frame.samples)));
  });
}

void frame_out_session_alone(benchmark::State& state) {
  ScriptedSession host(long_reply(), deaf());
  host.type("talk");
  run(state, [&] { host.time().run_for(kFrame); });
}

void frame_out_connection(benchmark::State& state) {
  Server server(long_reply());
  Server::Connection connection = server.connect();
  server.type(connection, "talk");
  const std::uint64_t before = connection.socket->messages;
  run(state, [&] { server.time().run_for(kFrame); });
  state.counters["messages"] =
      benchmark::Counter(static_cast<double>(connection.socket->messages - before),
                         benchmark::Counter::kAvgIterations);
}

std::shared_ptr<VadProvider> detector() {
  Registry registry;
  register_builtin_providers(registry);
  return registry.make_vad("webrtc", {}, {nullptr, make_null_logger()}).value();
}

// A frame of one of many callers, as the load generator's: the agent talks half of the time, the
// detector of voice is the real one. When the next frame of a caller comes, the others have had the
// processor's caches.
void frame_of_one_of(benchmark::State& state) {
  const auto callers = static_cast<std::size_t>(state.range(0));
  AgentOptions agent = scripted_agent();
  agent.vad = {"given", {}, detector()};
  Server server(std::move(agent));
  const Pcm audio = caller_audio();
  const std::span<const std::int16_t> samples(audio.samples);
  const auto size = static_cast<std::size_t>(audio.sample_rate / 50);
  const std::size_t cycle = samples.size() / size;
  std::vector<Server::Connection> connections(callers);
  for (Server::Connection& each : connections) each = server.connect();
  std::size_t caller = 0;
  std::size_t frame = 0;
  const auto step = [&] {
    const std::size_t at = frame + caller * cycle / callers;
    connections[caller].handler->binary(std::as_bytes(samples.subspan(at % cycle * size, size)));
    server.time().run_for(kFrame / static_cast<std::int64_t>(callers));
    if (++caller < callers) return;
    caller = 0;
    ++frame;
  };
  for (std::size_t i = 0; i < cycle * callers; ++i) step();
  for (auto _ : state) step();
}

void connection_bytes(benchmark::State& state) {
  Server server("It is sunny.");
  const double bytes = bytes_each<Server::Connection>([&] {
    Server::Connection connection = server.connect();
    for (int i = 0; i < 3; ++i) {
      server.type(connection, "what is the weather like today");
      server.time().run_for(Duration(3'000'000'000));
    }
    const Pcm frame = sim::silence(kFrame);
    connection.handler->binary(std::as_bytes(std::span(frame.samples)));
    return connection;
  });
  for (auto _ : state) benchmark::DoNotOptimize(bytes);
  state.counters["bytes"] = bytes;
}

BENCHMARK(frame_in_session_alone);
BENCHMARK(frame_of_one_of)->ArgName("callers")->Arg(1)->Arg(100)->Arg(1'000)->MinTime(2);
BENCHMARK(frame_in_connection);
// A reply of 2,640 s, and 100 frames to warm up.
BENCHMARK(frame_out_session_alone)->Iterations(100'000);
BENCHMARK(frame_out_connection)->Iterations(100'000);
BENCHMARK(connection_bytes)->Iterations(1);

}  // namespace
}  // namespace voiceagent::bench
