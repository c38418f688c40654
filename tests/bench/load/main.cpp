// The load generator. load.py starts it, with a server beside it.
//
//   voiceagent_load listening|talking|echo URL [name=value...]
//     callers at real-time pace over WebSockets; names: pid (of the server, for its CPU and
//     memory), sessions, seconds, warm_up, speed
//   voiceagent_load engine [sessions=N seconds=N]
//     the same conversations without a server
//   voiceagent_load detector [sessions=N]
//     what the detector of voice costs
//
// The result is one JSON object on standard output.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bench/load/in_process.h"
#include "bench/load/load_run.h"
#include "voiceagent/json.h"

namespace va = voiceagent;
using va::bench::LoadMode;
using va::bench::LoadOptions;
using va::bench::LoadReport;

namespace {

int usage() {
  std::fprintf(stderr,
               "usage: voiceagent_load listening|talking|echo URL [name=value...]\n"
               "       voiceagent_load engine|detector [name=value...]\n"
               "names: pid sessions seconds warm_up speed\n");
  return 2;
}

bool set(LoadOptions& options, std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = argument.substr(0, equals);
  const double value = std::atof(std::string(argument.substr(equals + 1)).c_str());
  if (value <= 0) return false;
  if (name == "pid") {
    options.server_pid = static_cast<int>(value);
  } else if (name == "sessions") {
    options.sessions = static_cast<std::size_t>(value);
  } else if (name == "seconds") {
    options.seconds = value;
  } else if (name == "warm_up") {
    options.warm_up = value;
  } else if (name == "speed") {
    options.speed = value;
  } else {
    return false;
  }
  return true;
}

void write_samples(va::JsonWriter& json, const std::string& name, va::bench::Samples& samples) {
  json.field(name + "_count", static_cast<std::uint64_t>(samples.size()));
  json.field(name + "_p50_ms", samples.percentile(0.5));
  json.field(name + "_p99_ms", samples.percentile(0.99));
  json.field(name + "_max_ms", samples.percentile(1));
}

void write(va::JsonWriter& json, const LoadOptions& options, LoadReport& report) {
  const double frames = options.sessions * report.seconds * 50 * options.speed;
  json.field("seconds", report.seconds);
  json.field("server_cpu_share", report.server_cpu_seconds / report.seconds);
  json.field("server_cpu_us_per_frame", report.server_cpu_seconds * 1e6 / frames);
  json.field("generator_late_ms", report.late_ms);
  write_samples(json, "delay", report.results.delay_ms);
  write_samples(json, "response", report.results.response_ms);
  json.field("frames_sent", report.results.frames_sent);
  json.field("frames_received", report.results.frames_received);
  json.field("frames_lost", report.results.frames_lost);
  json.field("probes_sent", report.results.probes_sent);
  json.field("probes_answered", report.results.probes_answered);
  json.field("problems", report.results.problems);
  json.field("resident_before_kb", report.resident_before_kb);
  json.key("resident_kb").begin_array();
  for (const std::int64_t kb : report.resident_kb) json.value(kb);
  json.end_array();
}

// Whether anything was measured. `run` has to stay until the program ends: its loop goes on with
// it.
bool measure(const std::string& mode, const LoadOptions& options,
             std::unique_ptr<va::bench::LoadRun>& run, va::JsonWriter& json) {
  if (mode == "detector") {
    json.field("us_per_frame", va::bench::detector_cost(options.sessions));
    return true;
  }
  if (mode == "engine") {
    va::bench::Samples responses = va::bench::engine_responses(options.sessions, options.seconds);
    write_samples(json, "response", responses);
    return true;
  }
  auto loop = va::net::Loop::create("callers");
  if (!loop.ok()) return false;
  run = std::make_unique<va::bench::LoadRun>(*loop, options);
  LoadReport report = run->start().get();
  if (report.seconds == 0) return false;
  write(json, options, report);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  LoadOptions options;
  int next = 2;
  if (mode == "listening" || mode == "talking" || mode == "echo") {
    if (argc < 3) return usage();
    options.mode = mode == "listening" ? LoadMode::kListening
                   : mode == "talking" ? LoadMode::kTalking
                                       : LoadMode::kEcho;
    options.url = argv[next++];
  } else if (mode != "engine" && mode != "detector") {
    return usage();
  }
  for (; next < argc; ++next) {
    if (!set(options, argv[next])) return usage();
  }
  va::JsonWriter json;
  json.begin_object().field("mode", std::string_view(mode));
  json.field("sessions", static_cast<std::uint64_t>(options.sessions));
  std::unique_ptr<va::bench::LoadRun> run;
  const bool measured = measure(mode, options, run, json);
  json.end_object();
  if (measured) std::printf("%s\n", std::string(json.text()).c_str());
  std::fflush(stdout);
  std::_Exit(measured ? 0 : 1);  // with all connections open
}
