// A run of the load generator: connects all callers, lets them warm up, measures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/caller.h"
#include "bench/load/process.h"
#include "net/loop.h"
#include "net/web_socket_client.h"
#include "voiceagent/time.h"

namespace voiceagent::bench {

struct LoadOptions {
  LoadMode mode = LoadMode::kListening;
  std::string url;
  int server_pid = 0;
  std::size_t sessions = 100;
  double seconds = 20;
  double warm_up = 8;  // longer than a cycle
  double speed = 1;    // of the audio that is sent, against real time
};

struct LoadReport {
  double server_cpu_seconds = 0;  // while it was measured
  double seconds = 0;
  std::int64_t resident_before_kb = 0;    // without a session
  std::vector<std::int64_t> resident_kb;  // from the end of the warm-up on, evenly spaced
  double late_ms = 0;                     // how far the generator itself fell behind, at worst
  LoadResults results;
};

// Lives on one loop, and everything on it; its connections stay open after the report, so it has to
// outlive the loop's work.
class LoadRun {
 public:
  LoadRun(std::shared_ptr<net::Loop> loop, LoadOptions options);

  // Any thread. Fulfilled by the report, or without results when callers can't connect.
  std::future<LoadReport> start();

 private:
  struct Seat {
    std::shared_ptr<Caller> caller;
    std::unique_ptr<net::WebSocketAttempt> attempt;
  };

  void connect_more();
  void tick();
  void send_due(Time now);
  void begin_measuring();
  void sample_memory();
  void end();

  const std::shared_ptr<net::Loop> loop_;
  const LoadOptions options_;
  const Duration frame_time_;
  LoadScript script_;
  std::vector<Seat> seats_;
  LoadReport report_;
  std::promise<LoadReport> done_;
  Time began_;             // to send
  std::uint64_t due_ = 0;  // frames of all callers that have been sent
  bool ended_ = false;
  Time measured_from_;
  double cpu_before_ = 0;
};

}  // namespace voiceagent::bench
