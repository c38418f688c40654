// What the server is and how it is: for people, for load balancers, for Prometheus.
#include <chrono>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#include "server/metrics/engine_metrics.h"
#include "server/metrics/exposition.h"
#include "server/routes/routes.h"
#include "voiceagent/json.h"
#include "voiceagent/version.h"

namespace voiceagent::server {
namespace {

using SharedCall = std::shared_ptr<Call>;

double uptime_s(const Services& services) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - services.start).count();
}

// Whether the client prefers a page to JSON: browsers name text/html, programs don't.
bool wants_page(const net::HttpRequest& request) {
  return request.header("accept").find("text/html") != std::string_view::npos;
}

void answer_information(const Services& services, const SharedCall& call) {
  JsonWriter json;
  json.begin_object()
      .field("name", "libvoiceagent")
      .field("version", version())
      .field("status", services.readiness().ok() ? "ready" : "not ready")
      .field("api", Router::kPrefix)
      .field("documentation", "docs/protocols/http.md");
  json.key("endpoints").begin_array();
  for (const Route& route : services.router.routes()) {
    if (route.description.empty()) continue;
    json.begin_object()
        .field("method", route.method)
        .field("path",
               route.pattern == "/" ? route.pattern : std::string(Router::kPrefix) + route.pattern)
        .field("description", route.description)
        .end_object();
  }
  json.end_array().end_object();
  net::HttpResponse response{200, {{"content-type", "application/json"}}, std::string(json.text())};
  response.headers.set("vary", "accept");
  call->answer(std::move(response));
}

void answer_root(const Services& services, const SharedCall& call) {
  if (wants_page(call->request()) && services.page.has_page()) {
    services.page.answer(call, "/");
  } else {
    answer_information(services, call);
  }
}

// Alive means: a loop runs this. Whether it can take sessions is for /ready to say.
void answer_health(const Services& services, const SharedCall& call) {
  const ServerHost& host = *services.host;
  const Duration lateness = host.lateness();
  const bool late = lateness > services.options.max_lateness;
  JsonWriter json;
  json.begin_object().field("status", late ? "degraded" : "ok").field("version", version());
  json.key("uptime_s").number(uptime_s(services), 1);
  json.key("components").begin_object();
  json.key("loops")
      .begin_object()
      .field("status", late ? "late" : "ok")
      .field("count", std::uint64_t{host.parts().loops.size()});
  json.key("lateness_ms").number(to_ms(lateness), 3).end_object();
  json.key("agent")
      .begin_object()
      .field("status", host.base_agent() != nullptr ? "ok" : "loading")
      .end_object();
  json.key("sessions")
      .begin_object()
      .field("status", host.draining() ? "draining" : "ok")
      .field("count", std::uint64_t{host.session_count()})
      .end_object();
  json.end_object().end_object();
  call->answer_json(json);
}

void answer_ready(const Services& services, const SharedCall& call) {
  if (Status status = services.readiness(); !status.ok()) return call->fail(status);
  JsonWriter json;
  json.begin_object().field("ready", true).end_object();
  call->answer_json(json);
}

// Bytes in memory, where the system tells: Linux does.
double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  constexpr double kPage = 4096;
  return statm >> total >> resident ? resident * kPage : 0;
}

void expose_process(const Services& services, Exposition& out) {
  out.gauge("voiceagent_info", "Always 1; says which version runs.");
  out.value(1, {{"version", version()}});
  out.gauge("voiceagent_ready", "Whether sessions are taken.");
  out.value(services.readiness().ok() ? 1 : 0);
  out.gauge("voiceagent_uptime_seconds", "Since the server started.");
  out.value(uptime_s(services));
  out.counter("process_cpu_seconds_total", "CPU time of the process.");
  out.value(static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
  if (const double bytes = resident_bytes(); bytes > 0) {
    out.gauge("process_resident_memory_bytes", "Memory of the process.");
    out.value(bytes);
  }
}

void expose_sockets(const Services& services, Exposition& out) {
  const net::HttpServerStatistics now = services.connections();
  out.gauge("voiceagent_connections", "Connections that are open, WebSockets among them.");
  out.value(static_cast<double>(now.open));
  out.gauge("voiceagent_web_sockets", "WebSockets that are open.");
  out.value(static_cast<double>(now.web_sockets));
  out.counter("voiceagent_connections_total", "Connections, by what became of them.");
  out.value(static_cast<double>(now.accepted), {{"result", "accepted"}});
  out.value(static_cast<double>(now.refused), {{"result", "refused"}});
  out.counter("voiceagent_bytes_total", "Bytes over sockets.");
  out.value(static_cast<double>(now.bytes_in), {{"direction", "in"}});
  out.value(static_cast<double>(now.bytes_out), {{"direction", "out"}});
  out.counter("voiceagent_dropped_messages_total", "Audio that slow readers did not get.");
  out.value(static_cast<double>(now.dropped_messages));
}

void expose_queues(const Services& services, Exposition& out) {
  ServerHost& host = *services.host;
  const auto& loops = host.parts().loops;
  const auto each = [&](const auto& value_of) {
    for (std::size_t i = 0; i < loops.size(); ++i) {
      out.value(value_of(*loops[i]), {{"loop", std::to_string(i)}});
    }
  };
  out.gauge("voiceagent_loop_lateness_seconds", "How late timers ran within the last second.");
  each([](const net::Loop& loop) { return to_ms(loop.lateness()) / 1e3; });
  out.gauge("voiceagent_loop_waiting_tasks", "Tasks that wait for the loop.");
  each([](const net::Loop& loop) { return static_cast<double>(loop.waiting()); });
  out.counter("voiceagent_loop_cpu_seconds_total", "CPU time of the loop's thread.");
  each([](const net::Loop& loop) { return to_ms(loop.cpu_time()) / 1e3; });
  const ClipStatistics clips = host.clips();
  out.gauge("voiceagent_clips", "Pieces of speech kept for clients.");
  out.value(static_cast<double>(clips.clips));
  out.gauge("voiceagent_clip_bytes", "Their bytes.");
  out.value(static_cast<double>(clips.bytes));
  if (host.base_agent() == nullptr) return;
  out.gauge("voiceagent_dialogues", "Conversations of request and answer that are kept.");
  out.value(static_cast<double>(host.dialogue_count()));
}

void expose_traces(const Services& services, Exposition& out) {
  const auto& traces = services.host->parts().traces;
  if (traces == nullptr) return;
  const OtlpStatistics statistics = traces->statistics();
  out.counter("voiceagent_spans_total", "Spans for the collector, by what became of them.");
  out.value(static_cast<double>(statistics.sent), {{"result", "sent"}});
  out.value(static_cast<double>(statistics.dropped), {{"result", "dropped"}});
}

void answer_metrics(const Services& services, const SharedCall& call) {
  Exposition out;
  expose_process(services, out);
  services.host->parts().metrics->expose(out);
  expose_engine(*services.host->parts().engine, out);
  services.http_metrics->expose(out);
  expose_sockets(services, out);
  expose_queues(services, out);
  expose_traces(services, out);
  net::HttpResponse response;
  response.headers.set("content-type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = out.text();
  call->answer(std::move(response));
}

Route probe(std::string path, std::string description,
            std::function<void(const SharedCall&)> handler) {
  Route route{"GET", std::move(path), std::move(description), std::move(handler)};
  route.limited = false;
  return route;
}

// Upgrades never come here.
Route web_socket(std::string path, std::string description) {
  return {"GET", std::move(path), std::move(description), [](const SharedCall& call) {
            Problem refusal = problem(426, "this is a WebSocket: ask for an upgrade");
            refusal.headers.set("upgrade", "websocket");
            call->fail(refusal);
          }};
}

}  // namespace

void add_service_routes(Services& services) {
  Route root{"GET", "/", "What the server is: the page for browsers, JSON for programs",
             [&services](const SharedCall& call) { answer_root(services, call); }};
  root.open = true;
  services.router.add(std::move(root));
  Route health = probe("/health", "Liveness, by component",
                       [&services](const SharedCall& call) { answer_health(services, call); });
  health.open = true;
  services.router.add(std::move(health));
  Route ready = probe("/ready", "Whether sessions are taken now",
                      [&services](const SharedCall& call) { answer_ready(services, call); });
  ready.open = true;
  services.router.add(std::move(ready));
  services.router.add(probe("/metrics", "For Prometheus", [&services](const SharedCall& call) {
    answer_metrics(services, call);
  }));
  services.router.add(web_socket("/ws/stream", "WebSocket: a spoken conversation in real time"));
  services.router.add(web_socket("/ws", "WebSocket: whole utterances and texts as JSON"));
  Route files{"GET", "/", "", [&services](const SharedCall& call) {
                services.page.answer(call, call->request().path);
              }};
  files.open = true;
  files.limited = false;
  services.router.set_fallback(std::move(files));
}

}  // namespace voiceagent::server
