/// @file
/// The server: HTTP and WebSocket around an agent, in the host's own process. The guide's page on
/// the server lists its routes and settings.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/agent.h"
#include "voiceagent/config.h"
#include "voiceagent/engine.h"
#include "voiceagent/export.h"
#include "voiceagent/log.h"
#include "voiceagent/registry.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// How a client's conversation is carried when it doesn't say.
enum class PreferredTransport {
  kAuto,       ///< The server chooses by user agent.
  kWebSocket,  ///< Streaming over one WebSocket.
  kJson,       ///< Whole utterances as JSON over a WebSocket.
  kWebRtc,     ///< WebRTC; where it isn't there, a WebSocket and a notice.
};

/// "auto", "websocket", "json" or "webrtc".
VOICEAGENT_EXPORT std::string_view to_string(PreferredTransport transport);

/// TLS by files in PEM format; both or none.
struct TlsOptions {
  std::string certificate;  ///< With its chain; empty: no TLS.
  std::string key;          ///< Its private key.
};

/// HTTP requests.
struct HttpOptions {
  std::size_t max_body_bytes = 10 << 20;     ///< A longer body is refused (413).
  std::size_t max_header_bytes = 16 << 10;   ///< Longer headers are refused (431).
  Duration header_timeout{10'000'000'000};   ///< From the first byte to the end of the headers.
  Duration request_timeout{60'000'000'000};  ///< From the first byte to the end of the body.
  Duration answer_timeout{60'000'000'000};   ///< For a reply of the agent; then 504.
  Duration keep_alive{30'000'000'000};       ///< An idle connection is kept so long.
  int rate_limit = 600;                      ///< Requests per minute and address; 0: no limit.
  int rate_burst = 120;                      ///< Of these, so many at once.
  bool access_log = true;                    ///< A log line for each request.
  std::string web_dir;  ///< Files of the page, in place of those built in; empty: built in.
  Duration clip_lifetime{300'000'000'000};  ///< A `voice_url` can be fetched so long.
  std::size_t clip_memory = 64 << 20;       ///< Bytes of clips kept at most.
};

/// WebSockets.
struct WebSocketOptions {
  std::size_t max_message_bytes = 8 << 20;   ///< A longer message on /ws closes it (1009).
  std::size_t max_queued_bytes = 256 << 10;  ///< Waiting for a slow reader; then audio is dropped.
  Duration stall_timeout{30'000'000'000};    ///< Nothing could be written for so long: closed.
  Duration ping_interval{20'000'000'000};    ///< A ping after so much quiet.
  Duration start_timeout{10'000'000'000};    ///< For the first message of a stream.
  Duration resume_grace{30'000'000'000};     ///< A session that lost its connection waits so long.
  int max_errors = 10;                       ///< Bad messages in a row before closing (1008).
  /// What clients may set of the agent: some of greeting, instructions, language and voice.
  std::vector<std::string> overridable{"greeting", "language", "voice"};
};

/// Pages of other origins that may call the server from a browser.
struct CorsOptions {
  std::vector<std::string> origins;   ///< Such as "https://example.com"; "*": any; empty: none.
  Duration max_age{600'000'000'000};  ///< Browsers may keep a preflight's answer so long.
};

/// Who may talk.
struct AuthOptions {
  std::string token;        ///< A bearer token that all requests must carry; empty: none needed.
  bool allow_open = false;  ///< Addresses beyond loopback may be served without a token.
};

/// Traces for OpenTelemetry: one a turn, with a span for each stage and without what was said.
struct TelemetryOptions {
  std::string endpoint;  ///< Of a collector (OTLP/HTTP): "http://localhost:4318"; empty: no traces.
  std::string headers;   ///< Sent along: "name=value,..." with percent-encoding; may hold a token.
  std::string service_name = "voiceagent";  ///< How the server is called there.
};

/// Everything about a server. A plain value; load_server_config() fills one from a file.
struct ServerOptions {
  std::string host = "127.0.0.1";  ///< Name or address to listen on.
  int port = 7860;                 ///< 0: a free one; Server::port() says which.
  int loops = 0;  ///< Threads for sockets and sessions; 0: one per core, at most 4.
  std::size_t max_connections = 10'000;         ///< Connections of all kinds; more are refused.
  std::size_t max_connections_per_address = 0;  ///< From one address; 0: no limit of its own.
  std::size_t max_ws_connections = 1'000;       ///< Sessions and WebSockets, of each at most.
  std::size_t max_incoming_bytes = 128 << 20;   ///< Bodies, unfinished messages, waiting audio.
  Duration max_lateness{100'000'000};           ///< Loops that are so late take no new sessions.
  std::size_t min_sessions = 8;                 ///< So many are taken however late loops are.
  Duration drain_timeout{5'000'000'000};        ///< stop() waits so long for what is going on.
  std::vector<std::string> trusted_proxies;     ///< Addresses or networks such as 10.0.0.0/8.
  std::string data_dir;          ///< Folder for what is kept, made if need be; empty: nothing is.
  bool record_sessions = false;  ///< Keeps a recording of each session in data_dir/recordings.
  bool enable_vad = true;        ///< False: only the client ends a turn (push-to-talk).
  bool enable_interruptions = true;  ///< False: replies are heard to their end.
  PreferredTransport preferred_transport = PreferredTransport::kAuto;  ///< Where it is open.
  LogLevel log_level = LogLevel::kInfo;        ///< Of the server's own logger.
  LogFormat log_format = LogFormat::kConsole;  ///< Of the server's own logger.
  std::shared_ptr<Logger> logger;              ///< In place of the server's own, when not null.
  std::shared_ptr<const Registry> registry;    ///< Providers; null: those of this build.
  AgentOptions agent;                          ///< Whom to talk to, if start() gets no agent.
  TlsOptions tls;                              ///< TLS.
  HttpOptions http;                            ///< HTTP.
  WebSocketOptions web_socket;                 ///< WebSockets.
  CorsOptions cors;                            ///< Other origins.
  AuthOptions auth;                            ///< Who may talk.
  TelemetryOptions telemetry;                  ///< Traces.
};

/// Reads server options from TOML text, the agent's among them: its sections stand beside the
/// server's, or in a file of their own that `agent` in [server] names. `environment` overrides what
/// the files say. Unknown keys, wrong types and values out of range are refused with file, line and
/// what is allowed, all at once; relative paths begin at `directory` (empty: as they stand).
VOICEAGENT_EXPORT Result<ServerOptions> parse_server_config(std::string_view toml,
                                                            std::string_view file,
                                                            const std::string& directory,
                                                            const Registry& registry,
                                                            const Environment& environment);

/// The same from a file; an empty path gives the defaults with the environment applied. Blocks.
VOICEAGENT_EXPORT Result<ServerOptions> load_server_config(const std::string& path,
                                                           const Registry& registry,
                                                           const Environment& environment);

/// Checks what only several settings together can get wrong, such as an address that anybody can
/// reach without a token. The error has a line for each.
VOICEAGENT_EXPORT Status check_server_options(const ServerOptions& options);

/// The reference of the server's keys as Markdown, made from the descriptors that the check uses.
VOICEAGENT_EXPORT std::string server_config_reference();

/// A running server. Thread-safe, unless it says otherwise.
class VOICEAGENT_EXPORT Server {
 public:
  /// Listens, then loads the agent of `options` in the background, or serves `agent` at once. The
  /// error says what is in the way: wrong options, a port in use, a certificate that can't be read.
  /// While the agent loads, /ready says no and sessions are refused for a moment; when it can't be
  /// loaded, wait() returns the reason. Blocks for a moment.
  static Result<std::shared_ptr<Server>> start(ServerOptions options,
                                               std::shared_ptr<Agent> agent = nullptr);
  /// Stops, without a grace period.
  virtual ~Server() = default;

  /// Where it can be reached: "http://127.0.0.1:7860".
  virtual std::string url() const = 0;
  /// The port it listens on.
  virtual int port() const = 0;
  /// Whether it takes sessions now; what GET /ready says.
  virtual bool ready() const = 0;
  /// Whether its agent is still being loaded. Nothing can end that: the destructor waits for it.
  virtual bool loading() const = 0;
  /// Blocks until it takes sessions or has stopped; the error says why it never will.
  virtual Status wait_until_ready() = 0;
  /// Reads the certificate again, for new connections; the old one stays after an error. Blocks.
  virtual Status reload_tls() = 0;
  /// Takes nothing new, and stops once what is going on has ended, the loading of its agent too, at
  /// the latest after `grace`. Returns at once: wait() waits.
  virtual void drain(Duration grace) = 0;
  /// The same with the grace period of the options.
  virtual void drain() = 0;
  /// drain(), and waits. Returns how many connections had to be cut.
  virtual std::size_t stop() = 0;
  /// Blocks until it has stopped: by drain(), by stop(), or because its agent couldn't be loaded,
  /// which is then the error.
  virtual Status wait() = 0;
};

/// Blocks until `server` has stopped, as programs want it: SIGINT and SIGTERM drain it, a second
/// one stops it at once, SIGHUP reads its certificate again. The handlers that were there come back
/// afterwards. When it has stopped while its agent is still being loaded, which a provider may take
/// any time for, the process ends here, with a line on stderr and code 0, as by std::_Exit(). The
/// process may open as many descriptors as the system allows from then on (soft limit = hard
/// limit). `begun`, if given, is called once the handlers are in place: a program that tells others
/// that it runs can be stopped properly from then on. Once at a time. The error is that of
/// Server::wait().
VOICEAGENT_EXPORT Status run_until_signal(Server& server,
                                          const std::function<void()>& begun = nullptr);

}  // namespace voiceagent
