#include "net/http_transfer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace voiceagent::net {
namespace {

constexpr std::size_t kMaxHeadBytes = 256 * 1024;

std::string in_ms(Duration d) { return std::to_string(d.count() / 1'000'000) + " ms"; }

}  // namespace

void HttpTransfer::begin(HttpClientRequest request) {
  if (listener_ == nullptr) return;
  Result<std::unique_ptr<CurlRequest>> made = CurlRequest::make(std::move(request));
  if (!made.ok()) {
    std::exchange(listener_, nullptr)->failed(made.status());
    return;
  }
  request_ = std::move(*made);
  began_ = last_byte_ = loop().now();
  resolve();
}

void HttpTransfer::resolve() {
  if (is_address(request_->url().host)) return connect({});
  if (const Addresses* known = core_->addresses.find(request_->url().host, began_)) {
    return connect(*known);
  }
  lookup_ = look_up(loop(), request_->url().host, [this](Result<Addresses> found) {
    lookup_.reset();
    loop().cancel(timer_);
    if (!found.ok()) return fail(found.status().code(), found.status().message());
    core_->addresses.put(request_->url().host, *found, loop().now());
    connect(*found);
  });
  const HttpClientRequest& asked = request_->asked();
  const bool whole = asked.total_timeout > Duration::zero();
  const Duration limit =
      whole ? std::min(asked.connect_timeout, asked.total_timeout) : asked.connect_timeout;
  timer_ = loop().post_after(limit, [this, limit] {
    fail(ErrorCode::kTimeout, "the name was not resolved within " + in_ms(limit));
  });
}

void HttpTransfer::connect(const Addresses& addresses) {
  const HttpClientRequest& asked = request_->asked();
  const Duration spent = loop().now() - began_;
  if (!addresses.empty()) request_->connect_to(addresses);
  const Duration all = asked.total_timeout;
  request_->limit_time(asked.connect_timeout - spent,
                       all > Duration::zero() ? std::max(all - spent, Duration(1)) : all);
  set_callbacks();
  if (asked.stall_timeout > Duration::zero()) wait_for_byte(asked.stall_timeout - spent);
  added_ = true;
  core_->curl->add(request_->easy());
}

void HttpTransfer::set_callbacks() {
  CURL* easy = request_->easy();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<CurlUser*>(this));
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(
      easy, CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
        return static_cast<HttpTransfer*>(self)->take_header({data, size});
      });
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(
      easy, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
        return static_cast<HttpTransfer*>(self)->take_body({data, size});
      });
}

// Looks again when the silence could have become too long; what goes out counts too.
void HttpTransfer::wait_for_byte(Duration limit) {
  timer_ = loop().post_after(limit, [this] {
    const Duration allowed = request_->asked().stall_timeout;
    curl_off_t uploaded = 0;
    curl_easy_getinfo(request_->easy(), CURLINFO_SIZE_UPLOAD_T, &uploaded);
    if (uploaded != std::exchange(uploaded_, uploaded)) last_byte_ = loop().now();
    const Duration silence = loop().now() - last_byte_;
    if (silence < allowed) return wait_for_byte(allowed - silence);
    fail(ErrorCode::kTimeout, "nothing came for " + in_ms(allowed));
  });
}

// Trailers behind the body are not for the listener.
std::size_t HttpTransfer::take_header(std::string_view line) {
  if (listener_ == nullptr) return 0;
  last_byte_ = loop().now();
  if (head_told_) return line.size();
  head_bytes_ += line.size();
  if (head_bytes_ > kMaxHeadBytes) return refuse("the answer's headers are too long");
  const std::size_t size = line.size();
  line = trim(line);
  if (line.empty()) return finish_head() != 0 ? size : 0;
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/") || colon == std::string_view::npos) return size;
  head_.add(to_lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  return size;
}

// 0 breaks the answer off.
std::size_t HttpTransfer::finish_head() {
  long status = 0;
  curl_easy_getinfo(request_->easy(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) {  // an interim answer
    head_ = {};
    return 1;
  }
  curl_off_t length = -1;
  curl_easy_getinfo(request_->easy(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  const std::size_t most = request_->asked().max_body;
  if (request_->asked().method != "HEAD" && length > 0 && static_cast<std::size_t>(length) > most) {
    return refuse("the answer is longer than " + std::to_string(most) + " bytes");
  }
  head_told_ = true;
  listener_->head(static_cast<int>(status), head_);
  return listener_ != nullptr ? 1 : 0;
}

std::size_t HttpTransfer::take_body(std::string_view piece) {
  if (listener_ == nullptr) return 0;
  last_byte_ = loop().now();
  body_bytes_ += piece.size();
  const std::size_t most = request_->asked().max_body;
  if (body_bytes_ > most) {
    return refuse("the answer is longer than " + std::to_string(most) + " bytes");
  }
  listener_->body(piece);
  return listener_ != nullptr ? piece.size() : 0;
}

// Makes libcurl end the transfer: ended() follows.
std::size_t HttpTransfer::refuse(std::string why) {
  refused_ = std::move(why);
  return 0;
}

void HttpTransfer::ended(CURLcode result) {
  if (listener_ == nullptr) return;
  if (result == CURLE_OK && head_told_) {
    leave()->done();
  } else if (!refused_.empty()) {
    fail(ErrorCode::kProtocol, refused_);
  } else {
    const Status status = explain(result);
    fail(status.code(), status.message());
  }
}

Status HttpTransfer::explain(CURLcode result) const {
  const HttpClientRequest& asked = request_->asked();
  curl_off_t connected = 0;
  curl_easy_getinfo(request_->easy(), CURLINFO_PRETRANSFER_TIME_T, &connected);
  switch (result) {
    case CURLE_OK: return unavailable("the connection was closed within the answer's headers");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return {ErrorCode::kProtocol, "the answer is not HTTP: " + request_->explain(result)};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::kProtocol, "the certificate is not trusted: " + request_->explain(result)};
    case CURLE_SSL_CACERT_BADFILE:
      return invalid_argument("certificates can't be read from " + asked.ca_file);
    case CURLE_OPERATION_TIMEDOUT:
      if (connected == 0) {
        return {ErrorCode::kTimeout, "no connection within " + in_ms(asked.connect_timeout)};
      }
      return {ErrorCode::kTimeout, "no complete answer within " + in_ms(asked.total_timeout)};
    case CURLE_OUT_OF_MEMORY: return resource_exhausted("no memory for a request");
    default: return unavailable(request_->explain(result));
  }
}

// Ends the transfer and returns who is to be told, at most once.
HttpClientListener* HttpTransfer::leave() {
  HttpClientListener* listener = std::exchange(listener_, nullptr);
  lookup_.reset();
  if (listener != nullptr) loop().cancel(timer_);
  if (std::exchange(added_, false)) core_->curl->remove(request_->easy(), shared_from_this());
  return listener;
}

void HttpTransfer::fail(ErrorCode code, const std::string& what) {
  const std::shared_ptr<HttpTransfer> self = shared_from_this();
  const Status status = failure(code, what);
  core_->addresses.forget(request_->url().host);  // another address may do
  if (HttpClientListener* listener = leave()) listener->failed(status);
}

}  // namespace voiceagent::net
