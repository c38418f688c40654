#include "server/server_schema.h"

#include <array>
#include <utility>

namespace voiceagent {

template <>
constexpr std::array kChoices<LogFormat>{LogFormat::kConsole, LogFormat::kJson};
template <>
constexpr std::array kChoices<LogLevel>{LogLevel::kInfo,    LogLevel::kTrace, LogLevel::kDebug,
                                        LogLevel::kWarning, LogLevel::kError, LogLevel::kOff};
template <>
constexpr std::array kChoices<PreferredTransport>{
    PreferredTransport::kAuto, PreferredTransport::kWebSocket, PreferredTransport::kJson,
    PreferredTransport::kWebRtc};

namespace {

using ServerSetting = Setting<ServerFile>;

constexpr double kHour = 3'600'000;
constexpr double kMegabyte = 1 << 20;

// `get(ServerOptions&)` finds the field; `variable` is its short name in the environment.
template <class Get>
ServerSetting setting(std::string name, std::string variable, Get get, SettingRange range,
                      std::string what) {
  range.separator = ',';
  ServerSetting result = make_setting<ServerFile>(
      std::move(name), [get](ServerFile & file) -> auto& { return get(file.options); }, range,
      std::move(what));
  result.option.environment = std::move(variable);
  return result;
}

ServerSetting path(ServerSetting setting) {
  setting.option.type = OptionType::kPath;
  return setting;
}

#define VA_FIELD(member) \
  [](ServerOptions & o) -> auto& { return o.member; }

ServerSetting agent_setting() {
  ServerSetting agent = make_setting<ServerFile>(
      "agent", [](ServerFile & file) -> auto& { return file.agent_file; }, {},
      "The agent's configuration; empty: its sections stand in this file.");
  agent.option.environment = "AGENT_CONFIG";
  return agent;
}

ServerSection server_section() {
  return {
      "server",
      "Where it listens, and how much it takes.",
      {setting("host", "HOST", VA_FIELD(host), {}, "Name or address to listen on."),
       setting("port", "PORT", VA_FIELD(port), {0, 65'535}, "Port to listen on; 0: a free one."),
       path(agent_setting()),
       setting("loops", "LOOPS", VA_FIELD(loops), {0, 64},
               "Threads for sockets and sessions; 0: one per core, at most 4."),
       setting("max_connections", "MAX_CONNECTIONS", VA_FIELD(max_connections), {1, 1'000'000},
               "Connections of all kinds; more are refused."),
       setting("max_connections_per_address", "MAX_CONNECTIONS_PER_ADDRESS",
               VA_FIELD(max_connections_per_address), {0, 1'000'000},
               "Connections from one address, or WebSockets of one client behind a trusted proxy; "
               "0: no limit of its own."),
       setting("max_ws_connections", "MAX_WS_CONNECTIONS", VA_FIELD(max_ws_connections),
               {1, 1'000'000}, "WebSockets, and sessions; more are refused."),
       setting(
           "max_incoming_bytes", "MAX_INCOMING_BYTES", VA_FIELD(max_incoming_bytes),
           {kMegabyte, 1e12},
           "What bodies of requests, unfinished messages and audio that waits for its answer may "
           "hold together, beyond 16 KB each, a quarter of it those of one address (two of the "
           "largest messages always); who wants more is refused (503, 1013)."),
       setting("max_lateness_ms", "MAX_LATENESS_MS", VA_FIELD(max_lateness), {1, 60'000},
               "While its loops are so late, the server takes no new sessions."),
       setting("min_sessions", "MIN_SESSIONS", VA_FIELD(min_sessions), {0, 1'000'000},
               "So many sessions are taken however late its loops are."),
       setting("drain_timeout_ms", "DRAIN_TIMEOUT_MS", VA_FIELD(drain_timeout), {0, kHour},
               "How long stopping waits for conversations and requests to end."),
       path(setting("data_dir", "DATA_DIR", VA_FIELD(data_dir), {},
                    "Folder for what the server keeps, made if need be; empty: it keeps nothing.")),
       setting(
           "record_sessions", "RECORD_SESSIONS", VA_FIELD(record_sessions), {},
           "Keeps a recording of each session in recordings/ of data_dir: all that was heard and "
           "said, to be replayed."),
       setting("trusted_proxies", "TRUSTED_PROXIES", VA_FIELD(trusted_proxies), {},
               "Addresses or networks (10.0.0.0/8) whose X-Forwarded-For counts; separated by "
               "commas."),
       setting("enable_vad", "ENABLE_VAD", VA_FIELD(enable_vad), {},
               "False: only the client ends a turn (push-to-talk)."),
       setting("enable_interruptions", "ENABLE_INTERRUPTIONS", VA_FIELD(enable_interruptions), {},
               "False: replies are heard to their end, whatever the user says."),
       setting("preferred_transport", "PREFERRED_TRANSPORT", VA_FIELD(preferred_transport), {},
               "What carries a conversation when the client leaves it open."),
       setting("log_level", "LOG_LEVEL", VA_FIELD(log_level), {}, "What is logged."),
       setting("log_format", "LOG_FORMAT", VA_FIELD(log_format), {},
               "Lines for people, or one JSON object a line.")}};
}

ServerSection tls_section() {
  return {"tls",
          "TLS; both files, or none.",
          {path(setting("certificate", "TLS_CERTIFICATE", VA_FIELD(tls.certificate), {},
                        "Certificate with its chain, in PEM; empty: no TLS.")),
           path(setting("key", "TLS_KEY", VA_FIELD(tls.key), {}, "Its private key, in PEM."))}};
}

ServerSection http_section() {
  return {
      "http",
      "HTTP requests.",
      {setting("max_body_bytes", "MAX_BODY_BYTES", VA_FIELD(http.max_body_bytes),
               {1'024, 1'024 * kMegabyte}, "A longer body is refused (413)."),
       setting("max_header_bytes", "MAX_HEADER_BYTES", VA_FIELD(http.max_header_bytes),
               {1'024, kMegabyte}, "Longer headers are refused (431)."),
       setting("header_timeout_ms", "", VA_FIELD(http.header_timeout), {1'000, kHour},
               "From the first byte of a request to the end of its headers."),
       setting("request_timeout_ms", "", VA_FIELD(http.request_timeout), {1'000, kHour},
               "From the first byte of a request to the end of its body, and of a message on a "
               "WebSocket to its last."),
       setting("answer_timeout_ms", "", VA_FIELD(http.answer_timeout), {100, kHour},
               "For a reply of the agent; then 504."),
       setting("keep_alive_ms", "", VA_FIELD(http.keep_alive), {1'000, kHour},
               "An idle connection is kept so long."),
       setting("rate_limit", "RATE_LIMIT", VA_FIELD(http.rate_limit), {0, 1e9},
               "Requests per minute and address; 0: no limit. Health, readiness and metrics don't "
               "count."),
       setting("rate_burst", "RATE_BURST", VA_FIELD(http.rate_burst), {1, 1e9},
               "Of these, so many at once."),
       setting("access_log", "ACCESS_LOG", VA_FIELD(http.access_log), {},
               "A log line for each request."),
       path(setting("web_dir", "WEB_DIR", VA_FIELD(http.web_dir), {},
                    "Folder of the page's files, index.html among them; empty: those built in.")),
       setting("clip_lifetime_ms", "", VA_FIELD(http.clip_lifetime), {1'000, 24 * kHour},
               "A voice_url can be fetched so long."),
       setting("clip_memory_bytes", "", VA_FIELD(http.clip_memory), {kMegabyte, 1e11},
               "Clips kept at most; the oldest go first.")}};
}

ServerSection web_socket_section() {
  return {"websocket",
          "WebSockets.",
          {setting("max_message_bytes", "", VA_FIELD(web_socket.max_message_bytes),
                   {1'024, 1'024 * kMegabyte},
                   "A longer message closes the connection (1009); on streams: 64 KB, or this."),
           setting("max_queued_bytes", "", VA_FIELD(web_socket.max_queued_bytes),
                   {16'384, 1'024 * kMegabyte},
                   "What may wait for a slow reader; beyond it the oldest audio is dropped."),
           setting("stall_timeout_ms", "", VA_FIELD(web_socket.stall_timeout), {1'000, kHour},
                   "A reader that takes nothing for so long is cut off: it would get no close "
                   "frame (1006)."),
           setting("ping_interval_ms", "", VA_FIELD(web_socket.ping_interval), {1'000, kHour},
                   "A ping after so much quiet; no answer within as long again: lost."),
           setting("start_timeout_ms", "", VA_FIELD(web_socket.start_timeout), {100, kHour},
                   "A stream's first message must come so soon."),
           setting("resume_grace_ms", "RESUME_GRACE_MS", VA_FIELD(web_socket.resume_grace),
                   {0, kHour}, "A session that lost its connection waits so long for another."),
           setting("max_errors", "", VA_FIELD(web_socket.max_errors), {1, 1'000},
                   "So many bad messages in a row close a stream (1008)."),
           setting("overridable", "", VA_FIELD(web_socket.overridable), {},
                   "What clients may set of the agent: some of greeting, instructions, language, "
                   "voice; separated by commas.")}};
}

ServerSection cors_section() {
  return {"cors",
          "Pages of other origins that may call the server from a browser.",
          {setting("origins", "CORS_ORIGINS", VA_FIELD(cors.origins), {},
                   "Origins such as https://example.com, separated by commas; *: any; empty: "
                   "none."),
           setting("max_age_ms", "", VA_FIELD(cors.max_age), {0, 24 * kHour},
                   "Browsers may keep the answer to a preflight so long.")}};
}

ServerSection auth_section() {
  return {"auth",
          "Who may talk.",
          {setting("token", "AUTH_TOKEN", VA_FIELD(auth.token), {},
                   "Bearer token that requests must carry; empty: none needed."),
           setting("allow_open", "ALLOW_OPEN", VA_FIELD(auth.allow_open), {},
                   "Addresses beyond loopback may be served without a token.")}};
}

ServerSection telemetry_section() {
  return {"telemetry",
          "Traces for OpenTelemetry: one a turn, with a span for each stage.",
          {setting("endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT", VA_FIELD(telemetry.endpoint), {},
                   "Of a collector (OTLP/HTTP), such as http://localhost:4318; empty: no traces."),
           setting("headers", "OTEL_EXPORTER_OTLP_HEADERS", VA_FIELD(telemetry.headers), {},
                   "Headers for the collector: name=value, separated by commas, percent-encoded."),
           setting("service_name", "OTEL_SERVICE_NAME", VA_FIELD(telemetry.service_name), {},
                   "How the server is called in traces.")}};
}

#undef VA_FIELD

}  // namespace

const std::vector<ServerSection>& server_sections() {
  static const std::vector<ServerSection> sections{
      server_section(), tls_section(),  http_section(),     web_socket_section(),
      cors_section(),   auth_section(), telemetry_section()};
  return sections;
}

}  // namespace voiceagent
