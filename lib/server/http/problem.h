// What went wrong with a request, as the client is told: problem details (RFC 9457).
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"
#include "voiceagent/status.h"

namespace voiceagent::server {

struct Problem {
  int status = 500;
  std::string detail;             // what, where, what to do
  std::string code = "internal";  // stable, for programs: "not_found"
  net::HttpHeaders headers = {};  // "retry-after", "allow", ...
  std::string session = {};       // that it is about; empty: none
};

// The problem behind an error of the library: kNotFound is 404, and so on. What may work later
// (429, 503) comes with Retry-After, here and in problem().
Problem problem_of(const Status& status);
// The problem behind an error of a provider, whoever it is: nothing that the client did wrong. 502
// when it was refused there or got nonsense, 503 with Retry-After when a later try may work, 504,
// or what the server itself would say (500, 501).
Problem problem_of_provider(const Status& status);
// The problem with that HTTP status: its code is derived from it.
Problem problem(int status, std::string detail);

// application/problem+json; `instance` is the path that was asked for.
net::HttpResponse to_response(const Problem& problem, std::string_view request_id,
                              std::string_view instance);

}  // namespace voiceagent::server
