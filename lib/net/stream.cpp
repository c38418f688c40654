#include "net/stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <utility>

namespace voiceagent::net {

namespace {

bool would_block(int error) { return error == EAGAIN || error == EINTR; }

int descriptor_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

// OpenSSL's own way to a socket raises SIGPIPE in the host.
int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      send(descriptor_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && would_block(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = recv(descriptor_of(bio), bytes, static_cast<std::size_t>(size), 0);
  if (got < 0 && would_block(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO* make_bio(int descriptor) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "voiceagent");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  BIO* const bio = BIO_new(method);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  return bio;
}

// Why a connection by TLS ended; empty when it was just closed.
std::string tls_failure(const SSL* ssl) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK && SSL_is_init_finished(ssl) == 0) {
    return std::string("the certificate is not trusted: ") + X509_verify_cert_error_string(verdict);
  }
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? std::string("TLS: ") + reason : std::string();
}

}  // namespace

struct Stream::Poll {
  uv_poll_t handle{};
  Stream* stream = nullptr;
};

Stream::Stream(uv_loop_s* loop, Descriptor descriptor, const TlsContext& tls)
    : poll_(new Poll), descriptor_(std::move(descriptor)), tls_(tls) {
  poll_->stream = this;
  poll_->handle.data = poll_;
  failed_ = uv_poll_init_socket(loop, &poll_->handle, descriptor_.get()) != 0;
  if (failed_) {
    delete poll_;
    poll_ = nullptr;
  }
  if (!tls_) return;
  ssl_ = SSL_new(tls_.get());
  BIO* const bio = make_bio(descriptor_.get());
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

Stream::Stream(uv_loop_s* loop, Descriptor descriptor, const TlsContext& tls,
               const std::string& server)
    : Stream(loop, std::move(descriptor), tls) {
  if (ssl_ == nullptr) return;
  SSL_set_connect_state(ssl_);
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl_);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, server.c_str()) != 1) {
    ERR_clear_error();  // a name, then
    SSL_set1_host(ssl_, server.c_str());
    SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(server.c_str()));
  }
}

Stream::~Stream() {
  if (poll_ != nullptr) {
    poll_->stream = nullptr;
    uv_poll_stop(&poll_->handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
             [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  }
  SSL_free(ssl_);
}

void Stream::want(bool reading, bool writing) {
  if (reading == reading_ && writing == writing_) return;
  reading_ = reading;
  writing_ = writing;
  watch();
}

void Stream::watch() {
  if (poll_ == nullptr) return;
  int events = 0;
  if (reading_ || (writing_ && write_wants_reading_)) events |= UV_READABLE;
  if ((writing_ && !write_wants_reading_) || (reading_ && read_wants_writing_)) {
    events |= UV_WRITABLE;
  }
  if (events == watched_) return;
  watched_ = events;
  if (events == 0) {
    uv_poll_stop(&poll_->handle);
    return;
  }
  uv_poll_start(&poll_->handle, events, [](uv_poll_t* handle, int status, int) {
    Stream* const stream = static_cast<Poll*>(handle->data)->stream;
    if (stream == nullptr) return;
    if (status < 0) stream->failed_ = true;  // libuv has stopped watching
    stream->owner_->stream_ready();
  });
}

int Stream::connection_error() const {
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(descriptor_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

std::ptrdiff_t Stream::read(std::span<char> buffer) {
  if (ssl_ != nullptr) {
    if (failed_) return kGone;
    ERR_clear_error();
    const auto most = static_cast<int>(std::min<std::size_t>(buffer.size(), INT_MAX));
    return tls_result(SSL_read(ssl_, buffer.data(), most), read_wants_writing_,
                      SSL_ERROR_WANT_WRITE);
  }
  const ssize_t got = recv(descriptor_.get(), buffer.data(), buffer.size(), 0);
  if (got > 0) return got;
  if (got == 0) return gone({});
  return would_block(errno) && !failed_ ? 0 : gone(std::strerror(errno));
}

std::ptrdiff_t Stream::write(std::string_view bytes) {
  if (failed_) return kGone;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    const auto most = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
    return tls_result(SSL_write(ssl_, bytes.data(), most), write_wants_reading_,
                      SSL_ERROR_WANT_READ);
  }
  const ssize_t sent = send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  return would_block(errno) ? 0 : gone(std::strerror(errno));
}

// TLS may have to write in order to read, and the other way about: `other` is that.
std::ptrdiff_t Stream::tls_result(int result, bool& wants_other, int other) {
  const int error = result > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
  wants_other = error == other;
  watch();
  if (result > 0) return result;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 0;
  failed_ = true;
  return gone(tls_failure(ssl_));
}

std::ptrdiff_t Stream::gone(std::string why) {
  failure_ = std::move(why);
  return kGone;
}

bool Stream::has_input() const { return ssl_ != nullptr && SSL_pending(ssl_) > 0; }

void Stream::bound_send_buffer(int bytes) {
  setsockopt(descriptor_.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

void Stream::finish_writing() {
  if (failed_) return;
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  shutdown(descriptor_.get(), SHUT_WR);
}

}  // namespace voiceagent::net
