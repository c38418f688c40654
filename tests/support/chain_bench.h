// What tests of provider chains share: links with puppets behind them, and an observer that writes
// down what it is told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/resilience/course.h"
#include "support/puppet_providers.h"
#include "support/workbench.h"
#include "voiceagent/executor.h"

namespace voiceagent::test {

using namespace std::chrono_literals;

// "llm a>b unavailable", "a open", "a delayed", "a hedged by b".
class ObserverLog final : public StreamObserver {
 public:
  std::vector<std::string> lines;
  std::function<void()> when_told;  // what a host does about it, at once

  void failed_over(const event::ProviderFailover& e) override {
    note(std::string(to_string(e.stage)) + " " + std::string(e.from) + ">" + std::string(e.to) +
         " " + std::string(to_string(e.code)) + (e.started ? " started" : ""));
  }
  void breaker_changed(const event::BreakerChanged& e) override {
    note(std::string(e.provider) + " " + std::string(e.state));
  }
  void delayed(const event::StageDelayed& e) override {
    note(std::string(e.provider) + " delayed");
  }
  void hedged(const event::ReplyHedged& e) override {
    note(std::string(e.first) + " hedged by " + std::string(e.second));
  }
  std::string text() const {
    std::string all;
    for (const std::string& line : lines) all += (all.empty() ? "" : "; ") + line;
    return all;
  }

 private:
  void note(std::string line) {
    lines.push_back(std::move(line));
    if (when_told) when_told();
  }
};

// Two puppets, "a" and "b", one behind the other, in virtual time.
template <class Provider, class PuppetType>
struct ChainBench {
  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<WorkerPool> workers = time->workers();
  std::shared_ptr<Logger> logger = make_null_logger();
  std::shared_ptr<PuppetType> a = std::make_shared<PuppetType>();
  std::shared_ptr<PuppetType> b = std::make_shared<PuppetType>();
  std::shared_ptr<ProviderHealth> health_a = std::make_shared<ProviderHealth>();
  std::shared_ptr<ProviderHealth> health_b = std::make_shared<ProviderHealth>();
  ResilienceOptions options;
  ObserverLog observed;

  ChainBench() { options.retries = 0; }

  std::vector<ChainLink<Provider>> both() const { return {{"a", a, health_a}, {"b", b, health_b}}; }
  std::vector<ChainLink<Provider>> only_a() const { return {{"a", a, health_a}}; }
  StreamContext context() { return {time.get(), workers.get(), logger.get(), &observed}; }
  void run(Duration length = 0ms) { time->run_for(length); }

 protected:
  // A stream lives until all that it asked have closed.
  template <class Stream>
  void end(Stream* stream) {
    if (stream != nullptr) stream->cancel();
    run();
    for (const auto& puppet : {a, b}) {
      for (const auto& line : puppet->lines) {
        if (!line->closed) line->close();
      }
    }
    run();
  }
};

}  // namespace voiceagent::test
