// HTTP as values: what was asked and what is answered, whoever carries it.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voiceagent::net {

// Names in lower case, in the order in which they came; a name may come more than once.
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<std::pair<std::string, std::string>> items) : items_(items) {}

  // The first value of that name (lower case), or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // Replaces all values of that name.
  void set(std::string name, std::string value);
  // Adds one more.
  void add(std::string name, std::string value);

  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  std::size_t size() const { return items_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

struct HttpRequest {
  std::string id;      // x-request-id where the client gave a sane one, else made here
  std::string method;  // "GET", ...
  std::string target;  // as it was sent: path and query
  std::string path;    // percent-decoded once, begins with '/', valid UTF-8, no NUL, no "." or ".."
  std::string query;   // as it was sent, without the '?'
  std::string peer;    // the client's address: behind a trusted proxy what that one says
  bool secure = false;  // by TLS, here or, behind a trusted proxy, there
  HttpHeaders headers;
  std::string body;  // whole

  std::string_view header(std::string_view name) const { return headers.get(name); }
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // content-length, date and connection are added by the server
  std::string body;
};

// "Not Found" for 404; "Unknown" for what has no name.
std::string_view reason_phrase(int status);

// The value of a name in a query or a form ("a=1&b=%20"), decoded; found says whether it is there.
std::string query_value(std::string_view query, std::string_view name, bool* found = nullptr);

// Decodes %xx; false where one is broken.
bool percent_decode(std::string_view text, std::string& out);

}  // namespace voiceagent::net
