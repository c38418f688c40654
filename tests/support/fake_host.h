// A server that carries transports in a test: it lets everybody in, unless told otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/engine.h"
#include "support/virtual_loop.h"
#include "transports/dialogue/dialogues.h"
#include "transports/session_directory.h"
#include "transports/transport_host.h"
#include "voiceagent/voiceagent.h"

namespace voiceagent::test {

// Safe for several threads, but for what tests look at and set.
class FakeHost final : public transports::TransportHost {
 public:
  FakeHost(const std::shared_ptr<VirtualExecutor>& time, AgentOptions agent);
  // In real time.
  FakeHost(std::vector<std::shared_ptr<Executor>> executors, AgentOptions agent);
  ~FakeHost() override;

  Result<transports::Principal> authenticate(const net::HttpRequest& request,
                                             std::string_view token) override;
  transports::Admission admit(const transports::Principal& principal) override;
  Result<std::shared_ptr<Agent>> agent(const transports::Principal& principal,
                                       const protocols::AgentOverrides& overrides) override;
  Result<std::string> keep_clip(const transports::Principal& owner, transports::Clip clip) override;
  transports::SessionDirectory& sessions() override { return directory_; }
  transports::Dialogues& dialogues() override { return *dialogue_service; }
  const transports::TransportOptions& options() const override { return transport_options; }
  const std::shared_ptr<Logger>& logger() override { return logger_; }
  const std::shared_ptr<WorkerPool>& workers() override { return workers_; }
  const std::shared_ptr<net::ByteBudget>& incoming() override { return incoming_budget; }
  bool draining() const override { return is_draining; }
  void session_opening(Session& session, std::string_view transport,
                       const transports::Principal& principal) override;
  void count(transports::TransportCount what, std::uint64_t by) override {
    const std::lock_guard lock(mutex_);
    counts[what] += by;
  }

  Engine& engine() { return *engine_; }
  Agent& agent() { return *agent_; }

  transports::TransportOptions transport_options;
  std::string valid_token;  // empty: everybody may, nameless; else this one is "alice"
  int capacity = 100;
  std::shared_ptr<net::ByteBudget> incoming_budget =
      std::make_shared<net::ByteBudget>(std::size_t{64} << 20);
  int admitted = 0;  // slots that are taken
  std::atomic<bool> is_draining = false;
  std::string engine_is_busy;  // why the engine opens no session; empty: it does
  std::map<transports::TransportCount, std::uint64_t> counts;
  std::vector<transports::Clip> clips;
  std::vector<std::string> opened;                          // ids of sessions
  std::unique_ptr<transports::Dialogues> dialogue_service;  // the test's to make

 private:
  FakeHost(std::vector<std::shared_ptr<Executor>> executors, std::shared_ptr<WorkerPool> workers,
           AgentOptions agent);

  std::mutex mutex_;
  const std::shared_ptr<Logger> logger_ = make_null_logger();
  const std::shared_ptr<WorkerPool> workers_;
  std::shared_ptr<Engine> engine_;
  std::shared_ptr<Agent> agent_;
  transports::SessionDirectory directory_;
  int nameless_ = 0;
};

}  // namespace voiceagent::test
