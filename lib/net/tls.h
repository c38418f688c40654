// TLS for a server: certificates from files.
#pragma once

#include <memory>

#include "net/http_server.h"
#include "voiceagent/status.h"

struct ssl_ctx_st;

namespace voiceagent::net {

// What connections are made from; each keeps the one that it began with.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Reads certificate and key. The error says which file, and what is wrong with it.
Result<TlsContext> load_tls(const TlsFiles& files);

}  // namespace voiceagent::net
