#include "server/services/services.h"

#include <string>
#include <utility>

namespace voiceagent::server {

Services::Services(ServerOptions server_options, std::shared_ptr<ServerHost> server_host)
    : options(std::move(server_options)),
      host(std::move(server_host)),
      page(options.http.web_dir, host->parts().workers),
      adapters(transports::AdapterRegistry::web_sockets()) {}

Status Services::readiness() const {
  if (Status status = host->readiness(); !status.ok()) return status;
  return web_socket_readiness();
}

Status Services::web_socket_readiness() const {
  if (Status status = host->serving(); !status.ok()) return status;
  if (connections().web_sockets < options.max_ws_connections) return {};
  return resource_exhausted("all " + std::to_string(options.max_ws_connections) +
                            " WebSockets are taken: try again later");
}

transports::Selection Services::select(const net::HttpRequest& request,
                                       std::string_view path) const {
  transports::SelectionFacts facts;
  const std::string parameter = net::query_value(request.query, "transport");
  facts.path = path;
  facts.parameter = parameter;
  facts.header = request.header("x-transport-preference");
  facts.user_agent = request.header("user-agent");
  if (options.preferred_transport != PreferredTransport::kAuto) {
    facts.environment = to_string(options.preferred_transport);
  }
  return adapters.choose(facts);
}

}  // namespace voiceagent::server
