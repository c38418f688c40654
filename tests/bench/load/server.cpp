// The server under load: the library's own, on one loop, with a scripted agent. Prints its address
// and serves until SIGTERM.
#include <cstdio>
#include <memory>
#include <utility>

#include "bench/scripted_agent.h"
#include "voiceagent/log.h"
#include "voiceagent/server.h"

namespace va = voiceagent;

int main() {
  va::ServerOptions options;
  options.port = 0;
  options.loops = 1;
  options.max_connections = 100'000;
  options.max_ws_connections = 100'000;
  options.max_lateness = va::Duration(10'000'000'000);  // the generator judges the delays
  options.http.rate_limit = 0;
  options.http.access_log = false;
  options.logger = va::make_null_logger();
  options.agent = va::bench::scripted_agent();
  const auto server = va::Server::start(std::move(options));
  va::Status status = server.status();
  if (status.ok()) status = (*server)->wait_until_ready();
  if (status.ok()) {
    std::printf("%d\n", (*server)->port());
    std::fflush(stdout);
    status = va::run_until_signal(**server);
  }
  if (!status.ok()) std::fprintf(stderr, "voiceagent_load_server: %s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
