// Puts the parts of a server together, and takes them apart again.
#include "voiceagent/server.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/thread_util.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "server/application.h"
#include "server/telemetry/otlp_exporter.h"
#include "server/web/page_files.h"

namespace voiceagent {
namespace server {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr int kMaxDefaultLoops = 4;
// What sessions get to say goodbye once their time is up.
constexpr milliseconds kGoodbye{500};
// What a collector gets to take the last traces.
constexpr milliseconds kLastTraces{2'000};

Result<std::vector<std::shared_ptr<net::Loop>>> make_loops(int count) {
  if (count == 0) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    count = std::clamp(cores, 1, kMaxDefaultLoops);
  }
  std::vector<std::shared_ptr<net::Loop>> loops;
  for (int i = 0; i < count; ++i) {
    auto loop = net::Loop::create("va-loop-" + std::to_string(i));
    if (!loop.ok()) return loop.status();
    loops.push_back(std::move(*loop));
  }
  return loops;
}

net::HttpServerOptions make_http_options(const ServerOptions& options,
                                         std::shared_ptr<Logger> logger) {
  net::HttpServerOptions http;
  http.host = options.host;
  http.port = options.port;
  if (!options.tls.certificate.empty()) {
    http.tls = net::TlsFiles{options.tls.certificate, options.tls.key};
  }
  http.max_connections = options.max_connections;
  http.max_connections_per_address = options.max_connections_per_address;
  http.max_header_bytes = options.http.max_header_bytes;
  http.max_body_bytes = options.http.max_body_bytes;
  http.header_timeout = options.http.header_timeout;
  http.request_timeout = options.http.request_timeout;
  http.keep_alive_timeout = options.http.keep_alive;
  http.web_socket.max_message_bytes = options.web_socket.max_message_bytes;
  http.web_socket.max_queued_bytes = options.web_socket.max_queued_bytes;
  http.web_socket.stall = options.web_socket.stall_timeout;
  http.web_socket.message_timeout = options.http.request_timeout;
  http.web_socket.ping = options.web_socket.ping_interval;
  http.trusted_proxies = options.trusted_proxies;
  http.logger = std::move(logger);
  return http;
}

// What the switches of a server say of its agent.
AgentOptions agent_options(const ServerOptions& options) {
  AgentOptions agent = options.agent;
  if (!options.enable_vad) agent.turn.manual_end = true;
  if (!options.enable_interruptions) agent.turn.interruption = InterruptionMode::kNever;
  return agent;
}

// On one of the loops; null when no traces are wanted.
Result<std::shared_ptr<OtlpExporter>> make_traces(const TelemetryOptions& options,
                                                  const std::shared_ptr<net::Loop>& loop,
                                                  const std::shared_ptr<Logger>& logger) {
  if (options.endpoint.empty()) return std::shared_ptr<OtlpExporter>();
  auto otlp = make_otlp_options(options.endpoint, options.headers, options.service_name);
  if (!otlp.ok()) return otlp.status();
  if (!net::HttpClient::prepare()) return unavailable("the HTTP client can't be initialised");
  return std::make_shared<OtlpExporter>(
      loop, [loop] { return net::HttpClient::create(loop); }, std::move(*otlp), logger);
}

// The server counts sessions, the engine looks at the loops.
AdmissionOptions admission_options(const ServerOptions& server,
                                   const std::vector<std::shared_ptr<net::Loop>>& loops) {
  AdmissionOptions options;
  options.max_lateness = server.max_lateness;
  options.min_sessions = server.min_sessions;
  options.lateness = [loops] { return ServerHost::lateness_of(loops); };
  options.retry_after = std::chrono::seconds(1);
  return options;
}

// Its sessions' recordings; empty: none are wanted. Blocks.
Result<std::string> make_recordings_folder(const ServerOptions& options) {
  if (options.data_dir.empty()) return std::string();
  const auto folder = std::filesystem::path(options.data_dir) / "recordings";
  std::error_code error;
  std::filesystem::create_directories(options.record_sessions ? folder : folder.parent_path(),
                                      error);
  if (error) {
    return io_error("data_dir: cannot make '" + folder.string() + "': " + error.message());
  }
  return options.record_sessions ? folder.string() : std::string();
}

class RunningServer final : public Server {
 public:
  ~RunningServer() override { shut_down(); }

  Status open(ServerOptions options);
  Status begin(std::shared_ptr<Agent> agent);

  std::string url() const override { return url_; }
  int port() const override { return http_->port(); }
  bool ready() const override { return host_->readiness().ok(); }
  bool loading() const override;
  Status wait_until_ready() override;
  Status reload_tls() override;
  void drain(Duration grace) override;
  void drain() override { drain(options_.drain_timeout); }
  std::size_t stop() override;
  Status wait() override;

 private:
  void load_agent();
  bool stopping() const;
  void run();
  void close(Duration grace);
  void wait_for_the_busy(Duration grace);
  void shut_down();
  void say(LogLevel level, const std::string& message) const;

  ServerOptions options_;
  std::shared_ptr<Logger> logger_;
  std::shared_ptr<ServerHost> host_;
  std::shared_ptr<Application> application_;
  std::shared_ptr<net::HttpServer> http_;
  std::string url_;
  std::thread loader_;
  std::thread runner_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool loaded_ = false;            // the agent, or the attempt has failed
  bool was_ready_ = false;         // it was there before a stop was asked for
  std::optional<Duration> grace_;  // of the stop that was asked for
  bool stopped_ = false;
  std::size_t cut_ = 0;
  Status failure_;
};

Status RunningServer::open(ServerOptions options) {
  if (Status status = check_server_options(options); !status.ok()) return status;
  if (Status status = check_page_folder(options.http.web_dir); !status.ok()) return status;
  auto recordings = make_recordings_folder(options);
  if (!recordings.ok()) return recordings.status();
  logger_ = options.logger != nullptr ? options.logger
                                      : make_stderr_logger(options.log_level, options.log_format);
  auto loops = make_loops(options.loops);
  if (!loops.ok()) return loops.status();
  HostParts parts;
  parts.loops = *loops;
  parts.workers = make_worker_pool();
  if (parts.workers == nullptr) return resource_exhausted("the system gives no threads");
  parts.logger = logger_;
  parts.recordings = std::move(*recordings);
  EngineOptions engine_options;
  engine_options.executors.assign(loops->begin(), loops->end());
  engine_options.workers = parts.workers;
  engine_options.logger = logger_;
  engine_options.registry = options.registry;
  engine_options.admission = admission_options(options, *loops);
  auto engine = Engine::create(std::move(engine_options));
  if (!engine.ok()) return engine.status();
  parts.engine = std::move(*engine);
  parts.metrics = std::make_shared<SessionMetrics>();
  auto traces = make_traces(options.telemetry, loops->front(), logger_);
  if (!traces.ok()) return traces.status();
  parts.traces = std::move(*traces);
  host_ = std::make_shared<ServerHost>(options, std::move(parts));
  options_ = options;
  application_ = std::make_shared<Application>(std::move(options), host_);
  net::HttpServerOptions http_options = make_http_options(options_, logger_);
  http_options.incoming = host_->incoming();
  auto http = net::HttpServer::start(std::move(http_options), *loops, application_);
  if (!http.ok()) return http.status();
  http_ = std::move(*http);
  application_->services().http.store(http_.get());
  const std::string address = http_->address();
  url_ = options_.tls.certificate.empty() ? "http://" : "https://";
  url_ += address.find(':') != std::string::npos ? "[" + address + "]" : address;
  url_ += ":" + std::to_string(http_->port());
  return {};
}

Status RunningServer::begin(std::shared_ptr<Agent> agent) {
  if (agent != nullptr) {
    if (Status status = host_->set_agent(std::move(agent)); !status.ok()) return status;
    loaded_ = was_ready_ = true;
  }
  say(LogLevel::kInfo, "listening on " + url_);
  if (!loaded_) {
    loader_ = start_thread([this] { load_agent(); });
    if (!loader_.joinable()) return resource_exhausted("the system gives no thread");
  }
  runner_ = start_thread([this] { run(); });
  if (!runner_.joinable()) return resource_exhausted("the system gives no thread");
  return {};
}

void RunningServer::load_agent() {
  name_this_thread("va-load");
  auto agent = host_->parts().engine->make_agent(agent_options(options_));
  Status status = agent.status();
  if (agent.ok() && !stopping()) status = host_->set_agent(std::move(*agent));
  if (!status.ok()) say(LogLevel::kError, "the agent can't be loaded: " + status.message());
  const std::lock_guard lock(mutex_);
  loaded_ = true;
  was_ready_ = status.ok() && !grace_;
  failure_ = status;
  if (!status.ok() && !grace_) grace_ = Duration(0);
  changed_.notify_all();
}

bool RunningServer::stopping() const {
  const std::lock_guard lock(mutex_);
  return grace_.has_value();
}

bool RunningServer::loading() const {
  const std::lock_guard lock(mutex_);
  return !loaded_;
}

Status RunningServer::wait_until_ready() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return loaded_ || stopped_ || grace_; });
  if (!failure_.ok()) return failure_;
  if (stopped_ || grace_) return failed_precondition("the server has been stopped");
  return {};
}

Status RunningServer::reload_tls() {
  Status status = http_->reload_tls();
  say(status.ok() ? LogLevel::kInfo : LogLevel::kError,
      status.ok() ? "the certificate has been read again" : status.message());
  return status;
}

void RunningServer::drain(Duration grace) {
  const std::lock_guard lock(mutex_);
  if (!grace_ || *grace_ > grace) grace_ = grace;
  changed_.notify_all();
}

std::size_t RunningServer::stop() {
  drain();
  static_cast<void>(wait());
  const std::lock_guard lock(mutex_);
  return cut_;
}

Status RunningServer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_; });
  return failure_;
}

// Waits for the wish to stop, and stops. It says "ready" too, which so can't follow "stopping".
void RunningServer::run() {
  name_this_thread("va-server");
  Duration grace{0};
  bool ready = false;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return loaded_ || grace_; });
    ready = was_ready_;
  }
  if (ready) say(LogLevel::kInfo, "ready");
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return grace_.has_value(); });
    grace = *grace_;
  }
  close(grace);
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void RunningServer::close(Duration grace) {
  say(LogLevel::kInfo, "stopping");
  host_->begin_drain();
  http_->stop_accepting();
  wait_for_the_busy(grace);
  host_->end_sessions();
  const std::size_t cut = http_->close(kGoodbye);
  if (const auto& traces = host_->parts().traces; traces != nullptr) traces->flush(kLastTraces);
  say(LogLevel::kInfo, "stopped");
  const std::lock_guard lock(mutex_);
  cut_ = cut;
}

// Conversations, requests and the loading of the agent end by themselves, or when time is up, or
// when somebody loses patience. A connection that is open has a request that is still being sent,
// or an answer that is still being read: idle ones are closed by now.
void RunningServer::wait_for_the_busy(Duration grace) {
  constexpr milliseconds kLook{20};
  const auto end = std::chrono::steady_clock::now() + grace;
  const auto busy = [this] {
    return !loaded_ || http_->statistics().open > 0 || application_->services().calls.load() > 0;
  };
  std::unique_lock lock(mutex_);
  while (*grace_ >= grace && std::chrono::steady_clock::now() < end && busy()) {
    changed_.wait_for(lock, kLook);
  }
}

void RunningServer::shut_down() {
  drain(Duration(0));
  if (runner_.joinable()) runner_.join();
  if (loader_.joinable()) loader_.join();
  if (application_ != nullptr) application_->services().http.store(nullptr);
}

void RunningServer::say(LogLevel level, const std::string& message) const {
  if (logger_->wants(level)) logger_->write(level, "server", message);
}

}  // namespace
}  // namespace server

Result<std::shared_ptr<Server>> Server::start(ServerOptions options, std::shared_ptr<Agent> agent) {
  auto running = std::make_shared<server::RunningServer>();
  if (Status status = running->open(std::move(options)); !status.ok()) return status;
  if (Status status = running->begin(std::move(agent)); !status.ok()) return status;
  return std::shared_ptr<Server>(std::move(running));
}

}  // namespace voiceagent
