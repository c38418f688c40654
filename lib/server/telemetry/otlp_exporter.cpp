#include "server/telemetry/otlp_exporter.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "base/text.h"
#include "server/telemetry/otlp_json.h"

namespace voiceagent::server {
namespace {

constexpr std::size_t kMaxAnswer = 64 * 1024;
constexpr Duration kBetweenWarnings{60'000'000'000};

// Whether the same request may be taken later.
bool is_transient(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

bool is_header_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

// Takes a header such as "authorization=Bearer%20x" up, or not, if it is none.
bool add_header(std::string_view pair, net::HttpHeaders& headers) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = trim(pair.substr(0, equals));
  std::string value;
  if (!is_header_name(name) || !net::percent_decode(trim(pair.substr(equals + 1)), value) ||
      value.find_first_of("\r\n", 0, 3) != std::string::npos) {
    return false;
  }
  headers.set(to_lower(name), std::move(value));
  return true;
}

// The header's seconds, if it has them; a date is as good as nothing here.
std::optional<Duration> retry_after(const net::HttpHeaders& headers) {
  const std::string_view text = headers.get("retry-after");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min<std::int64_t>(seconds, 3'600));
}

}  // namespace

// Everything on the executor, but for add(), statistics() and wait_until_idle().
class OtlpExporter::Core final : public net::HttpClientListener,
                                 public std::enable_shared_from_this<Core> {
 public:
  Core(std::shared_ptr<Executor> executor, MakeClient make_client, OtlpOptions options,
       std::shared_ptr<Logger> logger)
      : executor_(std::move(executor)),
        make_client_(std::move(make_client)),
        options_(std::move(options)),
        logger_(std::move(logger)),
        queue_(options_.max_waiting_spans) {}

  void add(SpanBatch batch) {
    const std::size_t count = batch.count;
    if (count == 0) return;
    unsettled_.fetch_add(count);
    const std::size_t waiting = queue_.add(std::move(batch));
    if (waiting == 0) return drop(count);
    // The first one starts the clock; a full batch doesn't wait for it.
    if (waiting == count) post([](Core& core) { core.set_timer(); });
    if (waiting >= options_.max_batch_spans) post([](Core& core) { core.send(); });
  }

  void flush() {
    post([](Core& core) { core.send(); });
  }

  bool wait_until_idle(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return idle_.wait_for(lock, limit, [this] { return unsettled_.load() == 0; });
  }

  void stop() {
    stopped_ = true;
    executor_->cancel(timer_);
    call_.reset();
    client_.reset();
  }

  OtlpStatistics statistics() const { return {sent_.load(), dropped_.load()}; }

 private:
  template <class F>
  void post(F f) {
    executor_->post([core = shared_from_this(), f] {
      if (!core->stopped_) f(*core);
    });
  }

  void set_timer() {
    if (timer_ != 0 || call_ != nullptr) return;
    set_timer(options_.interval);
  }
  void set_timer(Duration delay) {
    timer_ = executor_->post_after(delay, [weak = weak_from_this()] {
      const auto core = weak.lock();
      if (core == nullptr || core->stopped_) return;
      core->timer_ = 0;
      core->backing_off_ = false;
      core->send();
    });
  }

  // Unless a request is on its way, or a failure waited for: then that one goes on.
  void send() {
    if (call_ != nullptr || backing_off_) return;
    executor_->cancel(std::exchange(timer_, 0));
    if (batch_.count == 0) {
      batch_ = queue_.take(options_.max_batch_spans);
      tries_ = 0;
    }
    if (batch_.count == 0) return;
    if (client_ == nullptr) client_ = make_client_();
    if (client_ == nullptr) return give_up("no HTTP client could be made");
    ++tries_;
    status_ = 0;
    wait_.reset();
    call_ = client_->start(request(), *this);
  }

  net::HttpClientRequest request() const {
    net::HttpClientRequest request;
    request.method = "POST";
    request.url = options_.url;
    request.headers = options_.headers;
    request.headers.set("content-type", "application/json");
    request.body = otlp_request(options_.service_name, batch_.spans);
    request.total_timeout = options_.timeout;
    request.max_body = kMaxAnswer;
    return request;
  }

  void head(int status, const net::HttpHeaders& headers) override {
    status_ = status;
    wait_ = retry_after(headers);
  }
  void body(std::string_view) override {}
  void done() override {
    call_.reset();
    const std::string answer = "the collector answered " + std::to_string(status_);
    if (is_transient(status_)) return try_again(answer);
    if (status_ < 200 || status_ > 299) return give_up(answer);
    sent_.fetch_add(batch_.count);
    settle(std::exchange(batch_, {}).count);
    next();
  }
  void failed(Status status) override {
    call_.reset();
    try_again(status.message());
  }

  void try_again(const std::string& reason) {
    if (tries_ >= options_.max_tries) return give_up(reason);
    const Duration doubled = options_.first_backoff * (1 << (tries_ - 1));
    backing_off_ = true;
    set_timer(std::min(std::max(doubled, wait_.value_or(Duration(0))), options_.longest_backoff));
  }

  void give_up(const std::string& reason) {
    const std::size_t count = std::exchange(batch_, {}).count;
    warn(std::to_string(count) + " spans could not be sent to " + options_.url + ": " + reason);
    drop(count);
    next();
  }

  void next() {
    const std::size_t waiting = queue_.waiting();
    if (waiting >= options_.max_batch_spans) return send();
    if (waiting > 0) set_timer();
  }

  // A collector that is away for long must not fill the log.
  void warn(const std::string& message) {
    const Time now = executor_->now();
    if (warned_ && now - *warned_ < kBetweenWarnings) return;
    warned_ = now;
    if (logger_->wants(LogLevel::kWarning))
      logger_->write(LogLevel::kWarning, "telemetry", message);
  }

  void drop(std::size_t count) {
    dropped_.fetch_add(count);
    settle(count);
  }
  void settle(std::size_t count) {
    if (unsettled_.fetch_sub(count) != count) return;
    const std::lock_guard lock(mutex_);
    idle_.notify_all();
  }

  const std::shared_ptr<Executor> executor_;
  const MakeClient make_client_;
  const OtlpOptions options_;
  const std::shared_ptr<Logger> logger_;
  SpanQueue queue_;
  std::shared_ptr<net::HttpClient> client_;
  std::unique_ptr<net::HttpCall> call_;
  SpanBatch batch_;  // that is being sent
  int tries_ = 0;
  int status_ = 0;
  std::optional<Duration> wait_;  // as the collector asked
  TimerId timer_ = 0;
  bool backing_off_ = false;
  bool stopped_ = false;
  std::optional<Time> warned_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::size_t> unsettled_{0};  // spans neither sent nor dropped
  std::mutex mutex_;
  std::condition_variable idle_;
};

OtlpExporter::OtlpExporter(std::shared_ptr<Executor> executor, MakeClient make_client,
                           OtlpOptions options, std::shared_ptr<Logger> logger)
    : core_(std::make_shared<Core>(executor, std::move(make_client), std::move(options),
                                   std::move(logger))),
      executor_(std::move(executor)) {}

OtlpExporter::~OtlpExporter() {
  executor_->post([core = std::move(core_)] { core->stop(); });
}

void OtlpExporter::add(SpanBatch batch) { core_->add(std::move(batch)); }

bool OtlpExporter::flush(std::chrono::milliseconds limit) {
  core_->flush();
  return core_->wait_until_idle(limit);
}

OtlpStatistics OtlpExporter::statistics() const { return core_->statistics(); }

Result<OtlpOptions> make_otlp_options(std::string_view endpoint, std::string_view headers,
                                      std::string service_name) {
  if (!endpoint.starts_with("http://") && !endpoint.starts_with("https://")) {
    return invalid_argument("telemetry: '" + std::string(endpoint) +
                            "' is no endpoint: an address such as http://localhost:4318");
  }
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  OtlpOptions options;
  options.url = std::string(endpoint) + "/v1/traces";
  options.service_name = std::move(service_name);
  for (int number = 1; !headers.empty(); ++number) {
    const std::size_t comma = std::min(headers.find(','), headers.size());
    const std::string_view pair = trim(headers.substr(0, comma));
    headers.remove_prefix(std::min(comma + 1, headers.size()));
    if (!pair.empty() && !add_header(pair, options.headers)) {
      return invalid_argument("telemetry: header " + std::to_string(number) +
                              " is not name=value with percent-encoding; headers are separated by "
                              "commas");
    }
  }
  return options;
}

}  // namespace voiceagent::server
