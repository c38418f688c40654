#include "net/curl_request.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "voiceagent/version.h"

namespace voiceagent::net {
namespace {

// RFC 9110: the characters of methods and of header names.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// No line break, and nothing else that would begin a header of its own.
bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

long whole_ms(Duration d) {
  constexpr Duration::rep kMost = 1'000'000'000;  // 11 days; libcurl counts in long
  return static_cast<long>(std::clamp<Duration::rep>(d.count() / 1'000'000, 1, kMost));
}

}  // namespace

Result<std::unique_ptr<CurlRequest>> CurlRequest::make(HttpClientRequest request) {
  std::unique_ptr<CurlRequest> made(new CurlRequest(std::move(request)));
  Status status = made->check();
  if (status.ok()) status = made->read_url();
  if (status.ok()) status = made->set_up();
  if (!status.ok()) return status;
  return made;
}

CurlRequest::~CurlRequest() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(lines_);
  curl_slist_free_all(resolved_);
}

Status CurlRequest::check() const {
  if (!is_token(asked_.method)) {
    return invalid_argument("\"" + asked_.method + "\" is no HTTP method");
  }
  for (const auto& [name, value] : asked_.headers) {
    if (!is_token(name)) return invalid_argument("\"" + name + "\" is no name of a header");
    if (!is_header_value(value)) {
      return invalid_argument("the header " + name + " contains control characters");
    }
  }
  return {};
}

Status CurlRequest::read_url() {
  Result<Url> url = parse_url(asked_.url, "http", "https");
  if (!url.ok()) return url.status();
  url_ = std::move(*url);
  return {};
}

Status CurlRequest::set_up() {
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return resource_exhausted("no memory for a request");
  curl_easy_setopt(easy_, CURLOPT_URL, asked_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  // A cancelled request doesn't wait for a resolver of libcurl's own.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, asked_.verify_tls ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, asked_.verify_tls ? 2L : 0L);
  if (!asked_.ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, asked_.ca_file.c_str());
  }
  set_method();
  return set_headers();
}

void CurlRequest::set_method() {
  if (asked_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (asked_.method == "POST" || !asked_.body.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(asked_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, asked_.body.c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, asked_.method.c_str());
}

Status CurlRequest::set_headers() {
  Status status = add_line("Expect:");  // libcurl would wait a second for a "100 Continue"
  if (!asked_.headers.has("content-type")) status = add_line("Content-Type:");
  if (!asked_.headers.has("user-agent")) {
    status = add_line(std::string("User-Agent: voiceagent/") + VOICEAGENT_VERSION);
  }
  for (const auto& [name, value] : asked_.headers) {
    status = add_line(value.empty() ? name + ";" : name + ": " + value);
    if (!status.ok()) return status;
  }
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, lines_);
  return status;
}

Status CurlRequest::add_line(const std::string& line) {
  curl_slist* longer = curl_slist_append(lines_, line.c_str());
  if (longer == nullptr) return resource_exhausted("no memory for a request");
  lines_ = longer;
  return {};
}

std::string CurlRequest::explain(CURLcode result) const {
  return error_.front() != '\0' ? error_.data() : curl_easy_strerror(result);
}

void CurlRequest::connect_to(const Addresses& addresses) {
  std::string line = "+" + url_.host + ":" + url_.port + ":";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string& address = addresses[i];
    if (i > 0) line += ',';
    line += address.find(':') != std::string::npos ? "[" + address + "]" : address;
  }
  resolved_ = curl_slist_append(resolved_, line.c_str());
  curl_easy_setopt(easy_, CURLOPT_RESOLVE, resolved_);
}

void CurlRequest::limit_time(Duration to_connect, Duration in_all) {
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, whole_ms(to_connect));
  if (in_all > Duration::zero()) curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, whole_ms(in_all));
}

}  // namespace voiceagent::net
