#include "server/telemetry/otlp_exporter.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "voiceagent/json.h"

using namespace voiceagent;
using namespace voiceagent::server;
using namespace std::chrono_literals;

namespace {

class Lines final : public Logger {
 public:
  void write(LogLevel, std::string_view, std::string_view message) override {
    lines.emplace_back(message);
  }
  bool wants(LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

// Answers each request as the test says, on the executor.
class FakeClient final : public net::HttpClient {
 public:
  explicit FakeClient(std::shared_ptr<VirtualExecutor> time) : time_(std::move(time)) {}

  std::unique_ptr<net::HttpCall> start(net::HttpClientRequest request,
                                       net::HttpClientListener& listener) override {
    class Call final : public net::HttpCall {
     public:
      explicit Call(std::shared_ptr<bool> alive) : alive_(std::move(alive)) {}
      ~Call() override { *alive_ = false; }

     private:
      std::shared_ptr<bool> alive_;
    };
    auto alive = std::make_shared<bool>(true);
    requests.push_back(std::move(request));
    times.push_back(time_->now());
    time_->post_after(delay, [this, alive, &listener, status = status] {
      if (!*alive) return;
      if (status == 0) return listener.failed(unavailable("nobody listens"));
      listener.head(status, headers);
      listener.done();
    });
    return std::make_unique<Call>(std::move(alive));
  }

  int status = 200;  // 0: no connection
  net::HttpHeaders headers;
  Duration delay = 10ms;
  std::vector<net::HttpClientRequest> requests;
  std::vector<Time> times;

 private:
  static Status unavailable(std::string what) { return {ErrorCode::kUnavailable, std::move(what)}; }
  std::shared_ptr<VirtualExecutor> time_;
};

struct Stand {
  Stand() {
    options.url = "http://collector/v1/traces";
    options.service_name = "test";
    options.max_batch_spans = 10;
    options.max_waiting_spans = 40;
  }
  // What the exporter leaves to its executor is done.
  ~Stand() {
    exporter.reset();
    time->run_for(0ms);
  }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;

  OtlpExporter& make() {
    exporter = std::make_unique<OtlpExporter>(
        time, [this] { return client; }, options, logger);
    return *exporter;
  }
  // The names of the spans in a request.
  std::vector<std::string> sent(std::size_t request) const {
    const auto json = Json::parse(client->requests.at(request).body);
    REQUIRE(json.ok());
    const Json spans = (*json)["resourceSpans"].at(0)["scopeSpans"].at(0)["spans"];
    std::vector<std::string> names;
    for (std::size_t i = 0; i < spans.size(); ++i) names.emplace_back(spans.at(i)["name"].string());
    return names;
  }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<FakeClient> client = std::make_shared<FakeClient>(time);
  std::shared_ptr<Lines> logger = std::make_shared<Lines>();
  OtlpOptions options;
  std::unique_ptr<OtlpExporter> exporter;
};

SpanBatch one(const std::string& name) { return {R"({"name":")" + name + R"("})", 1}; }

}  // namespace

TEST_CASE("spans wait for others, and go together") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  exporter.add(one("a"));
  stand.time->run_for(2s);
  exporter.add(one("b"));
  stand.time->run_for(2900ms);
  CHECK(stand.client->requests.empty());
  stand.time->run_for(1s);
  REQUIRE(stand.client->requests.size() == 1);
  CHECK(stand.sent(0) == std::vector<std::string>{"a", "b"});
  CHECK(exporter.statistics().sent == 2);
  const net::HttpClientRequest& request = stand.client->requests[0];
  CHECK(request.method == "POST");
  CHECK(request.url == "http://collector/v1/traces");
  CHECK(request.headers.get("content-type") == "application/json");
}

TEST_CASE("a full batch goes at once, the rest after it") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  for (int i = 0; i < 25; ++i) exporter.add(one(std::to_string(i)));
  stand.time->run_for(100ms);
  REQUIRE(stand.client->requests.size() == 2);
  CHECK(stand.sent(1).front() == "10");
  stand.time->run_for(5s);
  CHECK(exporter.statistics().sent == 25);
}

TEST_CASE("a collector that is away is tried again, later each time, and nothing is lost") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  stand.client->status = 0;
  exporter.add(one("a"));
  stand.time->run_for(5s + 10ms + 1s + 10ms + 2s + 5ms);
  REQUIRE(stand.client->times.size() == 3);
  CHECK(stand.client->times[1] - stand.client->times[0] == 1010ms);
  CHECK(stand.client->times[2] - stand.client->times[1] == 2010ms);
  stand.client->status = 200;
  stand.time->run_for(10s);
  CHECK(exporter.statistics().sent == 1);
  CHECK(exporter.statistics().dropped == 0);
  CHECK(stand.logger->lines.empty());
}

TEST_CASE("a batch that is never taken is dropped in the end, and one line says so") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  stand.client->status = 503;
  exporter.add(one("a"));
  stand.time->run_for(10min);
  CHECK(stand.client->requests.size() == 6);
  CHECK(exporter.statistics().dropped == 1);
  REQUIRE(stand.logger->lines.size() == 1);
  CHECK(stand.logger->lines[0] ==
        "1 spans could not be sent to http://collector/v1/traces: the collector answered 503");
}

TEST_CASE("a collector says itself when it wants to be asked again") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  stand.client->status = 429;
  stand.client->headers.set("retry-after", "30");
  exporter.add(one("a"));
  stand.time->run_for(20s);
  CHECK(stand.client->requests.size() == 1);
  stand.time->run_for(20s);
  CHECK(stand.client->requests.size() == 2);
}

TEST_CASE("what a collector refuses is not sent again, and what comes next is") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  stand.client->status = 400;
  exporter.add(one("a"));
  stand.time->run_for(6s);
  CHECK(stand.client->requests.size() == 1);
  CHECK(exporter.statistics().dropped == 1);
  stand.client->status = 200;
  exporter.add(one("b"));
  stand.time->run_for(6s);
  CHECK(exporter.statistics().sent == 1);
}

TEST_CASE("no more than the limit waits, however long the collector is away") {
  Stand stand;
  OtlpExporter& exporter = stand.make();
  stand.client->status = 0;
  for (int i = 0; i < 1'000; ++i) {
    exporter.add(one("a"));
    stand.time->run_for(100ms);
  }
  const OtlpStatistics statistics = exporter.statistics();
  CHECK(statistics.sent == 0);
  CHECK(statistics.dropped >= 1'000 - 50);
  CHECK(stand.logger->lines.size() <= 3);
}

TEST_CASE("an exporter that ends says nothing more") {
  Stand stand;
  stand.make().add(one("a"));
  stand.time->run_for(5s + 5ms);  // its request is on its way
  stand.exporter.reset();
  stand.time->run_for(1min);
  CHECK(stand.client->requests.size() == 1);
}

TEST_CASE("flushing sends what waits, and waits for it") {
  Stand stand;
  std::shared_ptr<Executor> thread = make_thread_executor();
  class Quick final : public net::HttpClient {
   public:
    std::unique_ptr<net::HttpCall> start(net::HttpClientRequest,
                                         net::HttpClientListener& listener) override {
      executor->post([&listener] {
        listener.head(200, {});
        listener.done();
      });
      return std::make_unique<net::HttpCall>();
    }
    Executor* executor = nullptr;
  };
  auto client = std::make_shared<Quick>();
  client->executor = thread.get();
  OtlpExporter exporter(
      thread, [client] { return client; }, stand.options, stand.logger);
  exporter.add(one("a"));
  CHECK(exporter.flush(10s));
  CHECK(exporter.statistics().sent == 1);
}

TEST_CASE("telemetry settings become a URL and headers") {
  const auto options =
      make_otlp_options("http://localhost:4318/", "Authorization=Bearer%20x, a=1,", "s");
  REQUIRE(options.ok());
  CHECK(options->url == "http://localhost:4318/v1/traces");
  CHECK(options->headers.get("authorization") == "Bearer x");
  CHECK(options->headers.get("a") == "1");
}

TEST_CASE("telemetry settings that can't be meant are refused") {
  for (const char* endpoint : {"", "localhost:4318", "grpc://x"}) {
    CHECK(make_otlp_options(endpoint, "", "s").status().code() == ErrorCode::kInvalidArgument);
  }
  for (const char* headers :
       {"a", "Authorization", "b=1,Authorization", "=1", "a=%0d%0a", "a=%", "a b=1", "a=%00"}) {
    CAPTURE(headers);
    CHECK(make_otlp_options("http://x", headers, "s").status().code() ==
          ErrorCode::kInvalidArgument);
  }
}
