// The short texts that a server reads from headers and variables, each by its own parser. The first
// byte says by which.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/ip_address.h"
#include "net/url.h"
#include "server/http/byte_range.h"
#include "server/http/origin.h"
#include "server/telemetry/otlp_exporter.h"
#include "transports/selection.h"
#include "voiceagent/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;

void demand(bool promise) {
  if (!promise) std::abort();
}

template <class T>
void demand_value_or_reason(const Result<T>& result) {
  demand(result.ok() || (result.status().code() == ErrorCode::kInvalidArgument &&
                         !result.status().message().empty()));
}

// A part of the body is inside it.
void range(const std::string& text) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}}) {
    const server::ByteRange range = server::parse_range(text, size);
    if (range.kind != server::RangeKind::kPart) continue;
    demand(range.first <= range.last && range.last < size);
  }
}

// Names are names, and whoever reads them again finds the same.
void environment(const std::string& text) {
  const Result<Environment> variables = parse_env(text, ".env");
  demand_value_or_reason(variables);
  if (!variables.ok()) return;
  for (const auto& [name, value] : *variables) {
    demand(!name.empty() && name.find_first_of("= \t\r\n") == std::string::npos);
    if (value.find_first_of("'\r\n") != std::string::npos) continue;
    const auto again = parse_env(name + "='" + value + "'", ".env");
    demand(again.ok() && again->at(name) == value);
  }
}

// Nothing of it ends a line of a request.
void url(const std::string& text) {
  const auto url = net::parse_url(text, "http", "https");
  demand_value_or_reason(url);
  if (!url.ok()) return;
  demand(url->scheme == "http" || url->scheme == "https");
  demand(!url->host.empty() && !url->port.empty() && url->target.starts_with('/'));
  for (const std::string& part : {url->authority, url->target}) {
    demand(part.find_first_of("\r\n ") == std::string::npos);
  }
}

void otlp_headers(const std::string& text) {
  const auto options = server::make_otlp_options("http://localhost:4318", text, "fuzzed");
  demand_value_or_reason(options);
  if (!options.ok()) return;
  for (const auto& [name, value] : options->headers) {
    demand(!name.empty() && name.find_first_of("\r\n: ") == std::string::npos);
    demand(value.find_first_of("\r\n", 0, 3) == std::string::npos);
  }
}

// One that there is, and a notice that fits into a line.
void selection(const std::string& text) {
  static const auto registry = transports::AdapterRegistry::web_sockets();
  const std::array<transports::SelectionFacts, 4> all{{{"", text, "", "", ""},
                                                       {"/ws", "", text, "", ""},
                                                       {"", "", "", text, ""},
                                                       {"", "", "", "", text}}};
  for (const transports::SelectionFacts& facts : all) {
    const transports::Selection chosen = registry.choose(facts);
    demand(chosen.name == "websocket" || chosen.name == "json");
    demand(!chosen.reason.empty() && chosen.notice.size() < 400);
    demand(chosen.notice.find_first_of("\r\n") == std::string::npos);
  }
}

// A proxy that isn't trusted says nothing about its clients.
void forwarded_for(const std::string& text) {
  static const std::vector<net::IpRange> trusted{net::IpRange::parse("10.0.0.0/8").value()};
  const net::IpAddress proxy = net::IpAddress::parse("10.0.0.1").value();
  const net::IpAddress stranger = net::IpAddress::parse("192.0.2.1").value();
  demand(net::client_address(stranger, text, trusted) == stranger);
  const std::string client = net::client_address(proxy, text, trusted).to_string();
  demand(net::IpAddress::parse(client).has_value());
}

// Whoever needs a resolver to come here is a stranger.
void host(const std::string& text) {
  static const server::OriginPolicy policy({}, true);
  net::HttpRequest request;
  request.headers.set("host", text);
  if (text.find(".example") != std::string::npos) demand(!policy.knows_host(request));
  request.headers.set("origin", text);
  (void)policy.may_call(request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kParsers{range,     environment,   url, otlp_headers,
                                selection, forwarded_for, host};
  if (size == 0) return 0;
  kParsers[data[0] % kParsers.size()](std::string(data + 1, data + size));
  return 0;
}
