#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace voiceagent::net {

namespace {

// The last thing that OpenSSL complained about.
std::string tls_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

// A key whose passphrase OpenSSL would ask for at the terminal: there may be nobody, and the thread
// would wait. `asked` is a bool.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

// The context keeps no pointer to what lives here.
Status use_key(SSL_CTX* context, const TlsFiles& files) {
  bool encrypted = false;
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &encrypted);
  const int used = SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  if (used == 1) return Status::success();
  if (encrypted) {
    ERR_clear_error();
    return invalid_argument("the key " + files.key +
                            " is encrypted, and nobody can be asked for its passphrase here: "
                            "store it without one (openssl pkey -in KEY -out PLAIN_KEY), readable "
                            "by this program alone");
  }
  return invalid_argument(files.key + " holds no key in PEM that fits the certificate " +
                          files.certificate + ": " + tls_reason());
}

Status check_readable(const std::string& what, const std::string& path) {
  if (path.empty()) return invalid_argument("no file is named for the " + what);
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return io_error("can't read the " + what + " " + path + ": " + std::strerror(errno));
  }
  std::fclose(file);
  return Status::success();
}

// Nothing but HTTP/1.1 is spoken here; a client that offers other things only is let go on without
// an agreement.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void*) {
  static constexpr std::array<unsigned char, 9> kOurs{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kOurs.data(), kOurs.size(), in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_common(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
}

Result<TlsContext> make_client_tls(bool verify, const std::string& ca_file) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return resource_exhausted("no memory for TLS");
  set_common(context.get());
  SSL_CTX_set_verify(context.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!verify) return context;
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
    return invalid_argument("certificates can't be read from " + ca_file + ": " + tls_reason());
  }
  return context;
}

}  // namespace

Result<TlsContext> client_tls(bool verify, const std::string& ca_file) {
  static std::mutex mutex;
  static std::map<std::string, TlsContext> made;  // by file; nothing is verified under "-"
  const std::string key = verify ? ca_file : "-";
  const std::lock_guard lock(mutex);
  if (const auto known = made.find(key); known != made.end()) return known->second;
  Result<TlsContext> context = make_client_tls(verify, ca_file);
  if (context.ok()) made.emplace(key, *context);
  return context;
}

Result<TlsContext> load_tls(const TlsFiles& files) {
  if (Status status = check_readable("certificate", files.certificate); !status.ok()) return status;
  if (Status status = check_readable("key", files.key); !status.ok()) return status;
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return resource_exhausted("no memory for TLS");
  set_common(context.get());
  SSL_CTX_set_alpn_select_cb(context.get(), select_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return invalid_argument(files.certificate + " holds no certificate in PEM: " + tls_reason());
  }
  if (Status status = use_key(context.get(), files); !status.ok()) return status;
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return invalid_argument("the key " + files.key + " does not belong to the certificate " +
                            files.certificate + ": " + tls_reason());
  }
  return context;
}

}  // namespace voiceagent::net
