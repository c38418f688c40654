// TLS: a server's certificates from files, and whom a client trusts.
#pragma once

#include <memory>
#include <string>

#include "net/http_server.h"
#include "voiceagent/status.h"

struct ssl_ctx_st;

namespace voiceagent::net {

// What connections are made from; each keeps the one that it began with.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Reads certificate and key. The error says which file, and what is wrong with it.
Result<TlsContext> load_tls(const TlsFiles& files);

// For clients that trust the authorities in `ca_file` (PEM; empty: those of the system), or with
// `verify` false, anybody. Made once and shared. kInvalidArgument when the file can't be read. Any
// thread.
Result<TlsContext> client_tls(bool verify, const std::string& ca_file);

}  // namespace voiceagent::net
