#include "server/telemetry/session_traces.h"

#include <string>
#include <utility>

#include "base/ids.h"
#include "server/telemetry/otlp_json.h"
#include "server/telemetry/turn_spans.h"
#include "voiceagent/event_bus.h"

namespace voiceagent::server {
namespace {

// One session's. Its clock is laid beside the time of day anew for each turn: that one may jump.
class Tracer {
 public:
  Tracer(std::string session_id, Executor& executor, std::shared_ptr<OtlpExporter> exporter)
      : executor_(executor),
        exporter_(std::move(exporter)),
        spans_(std::move(session_id), [this](TurnTrace trace) { send(std::move(trace)); }) {}
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  void on(const AnyEvent& event) {
    now_ = event.envelope().time;
    spans_.on(event);
  }

 private:
  void send(TurnTrace trace) {
    constexpr std::int64_t kNsPerMs = 1'000'000;
    const std::int64_t epoch = executor_.wall_time_ms() * kNsPerMs - now_.count();
    exporter_->add({otlp_spans(trace, epoch, random_hex), 1 + trace.stages.size()});
  }

  Executor& executor_;  // outlives its sessions
  const std::shared_ptr<OtlpExporter> exporter_;
  Duration now_{0};
  TurnSpans spans_;
};

}  // namespace

void export_turns(Session& session, std::shared_ptr<OtlpExporter> exporter) {
  // Lives in the handler, and so as long as the bus.
  auto tracer = std::make_shared<Tracer>(session.id(), session.executor(), std::move(exporter));
  session.events().subscribe_all([tracer](const AnyEvent& event) { tracer->on(event); }).release();
}

}  // namespace voiceagent::server
