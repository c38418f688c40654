// Fills ServerOptions from a configuration file and the environment, and finds all that is wrong.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/agent_document.h"
#include "config/errors.h"
#include "config/read_file.h"
#include "config/reference_table.h"
#include "config/toml_document.h"
#include "config/variables.h"
#include "net/ip_address.h"
#include "server/server_schema.h"
#include "server/telemetry/otlp_exporter.h"
#include "voiceagent/server.h"

namespace voiceagent {
namespace {

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const ServerSection& section : server_sections()) names.push_back(section.name);
  return names;
}

// Reads the server's sections of `document` into `file`, and leaves the others.
void read_server_sections(ConfigDocument& document, const std::string& directory, ServerFile& file,
                          ConfigErrors& errors) {
  for (const ServerSection& known : server_sections()) {
    const auto given = std::ranges::find(document.sections, known.name, &ConfigSection::name);
    if (given == document.sections.end()) continue;
    read_section<ServerFile>(known, *given, directory, file, errors);
    document.sections.erase(given);
  }
}

void read_server_variables(const Environment& environment, ServerFile& file, ConfigErrors& errors) {
  Variables variables(environment);
  for (const ServerSection& section : server_sections()) variables.read(section, file, errors);
  variables.refuse_unknown(section_names(), errors, [](const std::string&) { return false; });
}

// The agent stands in the rest of the server's file, or in a file of its own.
Result<AgentOptions> read_agent(const ConfigDocument& rest, const std::string& directory,
                                const std::string& agent_file, const Registry& registry,
                                const Environment& environment, ConfigErrors& errors) {
  if (agent_file.empty()) {
    return read_agent_config(rest, directory, registry, environment, section_names());
  }
  for (const ConfigSection& section : rest.sections) {
    errors.add(section.place + ": [" + section.name + "] can't stand here: the agent has its own " +
               "file, " + agent_file + "; move it there");
  }
  for (const ConfigEntry& entry : rest.outside) {
    errors.add(entry.key_place + ": '" + entry.key +
               "' stands outside of any section; put it under one, such as [server]");
  }
  return load_agent_config(agent_file, registry, environment);
}

// "https://example.com:8443", as a browser says it.
bool is_origin(std::string_view text) {
  if (text == "*") return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view host = text.substr(scheme.size());
    return !host.empty() && host.find_first_of("/?#@ ") == std::string_view::npos;
  }
  return false;
}

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::string_view to_string(PreferredTransport transport) {
  switch (transport) {
    case PreferredTransport::kWebSocket: return "websocket";
    case PreferredTransport::kJson: return "json";
    case PreferredTransport::kWebRtc: return "webrtc";
    case PreferredTransport::kAuto: break;
  }
  return "auto";
}

Status check_server_options(const ServerOptions& options) {
  ConfigErrors errors;
  if (!net::is_loopback_host(options.host) && options.auth.token.empty() &&
      !options.auth.allow_open) {
    errors.add("auth: others can reach '" + options.host +
               "', and no token is set: set AUTH_TOKEN, listen on 127.0.0.1, or say that this is "
               "meant with ALLOW_OPEN=true");
  }
  if (!is_visible_ascii(options.auth.token)) {
    errors.add("auth: the token must be visible ASCII without spaces: no header could carry it");
  }
  if (options.tls.certificate.empty() != options.tls.key.empty()) {
    errors.add("tls: a certificate needs its key and a key its certificate; set both, or neither");
  }
  for (const std::string& origin : options.cors.origins) {
    if (!is_origin(origin)) {
      errors.add("cors: '" + origin +
                 "' is no origin: scheme and host, such as https://example.com, or *");
    }
  }
  for (const std::string& name : options.web_socket.overridable) {
    constexpr std::array<std::string_view, 4> kKnown{"greeting", "instructions", "language",
                                                     "voice"};
    if (std::ranges::find(kKnown, name) == kKnown.end()) {
      errors.add("websocket: overridable has '" + name +
                 "': it may have greeting, instructions, language and voice");
    }
  }
  if (options.record_sessions && options.data_dir.empty()) {
    errors.add("server: record_sessions needs a folder for the recordings: set DATA_DIR");
  }
  if (const TelemetryOptions& traces = options.telemetry; !traces.endpoint.empty()) {
    const auto checked =
        server::make_otlp_options(traces.endpoint, traces.headers, traces.service_name);
    if (!checked.ok()) errors.add(checked.status());
  }
  return errors.empty() ? Status::success() : errors.status();
}

Result<ServerOptions> parse_server_config(std::string_view toml, std::string_view file,
                                          const std::string& directory, const Registry& registry,
                                          const Environment& environment) {
  Result<ConfigDocument> document = parse_toml(toml, file);
  if (!document.ok()) return document.status();
  ConfigErrors errors;
  ServerFile result;
  read_server_sections(*document, directory, result, errors);
  read_server_variables(environment, result, errors);
  Result<AgentOptions> agent =
      read_agent(*document, directory, result.agent_file, registry, environment, errors);
  if (!agent.ok()) errors.add(agent.status());
  if (const Status status = check_server_options(result.options); !status.ok()) errors.add(status);
  if (!errors.empty()) return errors.status();
  result.options.agent = std::move(*agent);
  return std::move(result.options);
}

Result<ServerOptions> load_server_config(const std::string& path, const Registry& registry,
                                         const Environment& environment) {
  if (path.empty()) return parse_server_config({}, {}, {}, registry, environment);
  const Result<std::string> text = read_config_file(path);
  if (!text.ok()) return text.status();
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return parse_server_config(*text, path, directory, registry, environment);
}

std::string server_config_reference() {
  std::string text;
  for (const ServerSection& section : server_sections()) {
    text += (text.empty() ? "" : "\n") + reference_section(section);
  }
  return text;
}

}  // namespace voiceagent
