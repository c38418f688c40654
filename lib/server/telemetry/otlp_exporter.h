// Sends spans to an OpenTelemetry collector (OTLP/HTTP, JSON): in batches, with backoff, never in
// anybody's way. What can't be sent in time is dropped and counted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_client.h"
#include "server/telemetry/span_queue.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/status.h"

namespace voiceagent::server {

struct OtlpOptions {
  std::string url;  // of the traces: ".../v1/traces"
  net::HttpHeaders headers;
  std::string service_name;
  std::size_t max_batch_spans = 512;
  std::size_t max_waiting_spans = 4'096;
  Duration interval{5'000'000'000};  // spans wait at most so long for others
  Duration timeout{10'000'000'000};  // of a request
  Duration first_backoff{1'000'000'000};
  Duration longest_backoff{60'000'000'000};
  int max_tries = 6;  // of a batch; then it is dropped
};

// What the settings say: the endpoint without its path, and "name=value,..." with percent-encoding.
Result<OtlpOptions> make_otlp_options(std::string_view endpoint, std::string_view headers,
                                      std::string service_name);

struct OtlpStatistics {
  std::uint64_t sent = 0;     // spans that the collector took
  std::uint64_t dropped = 0;  // spans that it will never see
};

class OtlpExporter {
 public:
  using MakeClient = std::function<std::shared_ptr<net::HttpClient>()>;

  // `make_client` is called on `executor`, once, when there is something to send.
  OtlpExporter(std::shared_ptr<Executor> executor, MakeClient make_client, OtlpOptions options,
               std::shared_ptr<Logger> logger);
  ~OtlpExporter();  // drops what waits; doesn't block
  OtlpExporter(const OtlpExporter&) = delete;
  OtlpExporter& operator=(const OtlpExporter&) = delete;

  // Any thread; doesn't block.
  void add(SpanBatch batch);
  // Sends what waits now; false when some still waits after `limit`. Blocks; not on the executor.
  bool flush(std::chrono::milliseconds limit);
  OtlpStatistics statistics() const;  // any thread

 private:
  class Core;
  std::shared_ptr<Core> core_;
  std::shared_ptr<Executor> executor_;
};

}  // namespace voiceagent::server
