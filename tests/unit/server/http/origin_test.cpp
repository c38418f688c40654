#include "server/http/origin.h"

#include <chrono>

#include "support/catch.h"

using namespace voiceagent;
using namespace voiceagent::server;
using Catch::Matchers::Contains;

namespace {

net::HttpRequest from(std::string origin) {
  net::HttpRequest request;
  request.headers.set("host", "localhost:7860");
  if (!origin.empty()) request.headers.set("origin", std::move(origin));
  return request;
}

}  // namespace

TEST_CASE("pages of the server's own, and programs, may call it") {
  const OriginPolicy policy({}, false);
  CHECK(policy.may_call(from("")));
  CHECK(policy.may_call(from("http://localhost:7860")));
  CHECK_FALSE(policy.may_call(from("http://localhost:8000")));
  CHECK_FALSE(policy.may_call(from("https://evil.example")));
  CHECK_FALSE(policy.may_call(from("null")));
}

TEST_CASE("pages of other origins may call when they are listed, and read the answer") {
  CorsOptions options;
  options.origins = {"https://good.example"};
  const OriginPolicy policy(options, false);
  CHECK(policy.may_call(from("https://good.example")));
  CHECK_FALSE(policy.may_call(from("https://good.example.evil.example")));
  net::HttpHeaders headers;
  policy.add_headers(from("https://good.example"), headers);
  CHECK(headers.get("access-control-allow-origin") == "https://good.example");
  CHECK(headers.get("vary") == "origin");
  net::HttpHeaders none;
  policy.add_headers(from("https://evil.example"), none);
  CHECK_FALSE(none.has("access-control-allow-origin"));
  CHECK(none.get("vary") == "origin");
}

TEST_CASE("where only the host tells own pages, it must be one that no other page can have") {
  CorsOptions options;
  options.origins = {"https://talk.example", "http://talk.example:8080"};
  const OriginPolicy strict(options, true);
  const auto sent_to = [](std::string host) {
    net::HttpRequest request;
    if (!host.empty()) request.headers.set("host", std::move(host));
    return request;
  };
  for (const char* host : {"localhost", "localhost:7860", "LocalHost:1", "127.0.0.1:7860", "[::1]",
                           "[::1]:7860", "192.168.1.2", "talk.example", "talk.example:8080", ""}) {
    CAPTURE(host);
    CHECK(strict.knows_host(sent_to(host)));
  }
  for (const char* host : {"evil.example", "evil.example:7860", "localhost.evil.example",
                           "127.0.0.1.evil.example", "talk.example:9090", "localhost.", ":7860",
                           "127.0.0.1%.evil.example", "127.0.0.1:80.evil.example",
                           "localhost:evil.example", "[::1]:.evil.example", "::1:.evil.example"}) {
    CAPTURE(host);
    CHECK_FALSE(strict.knows_host(sent_to(host)));
    CHECK(OriginPolicy(options, false).knows_host(sent_to(host)));
  }
  options.origins = {"*"};
  CHECK(OriginPolicy(options, true).knows_host(sent_to("any.example")));
}

TEST_CASE("a preflight of a listed origin is told methods, headers and how long that holds") {
  CorsOptions options;
  options.origins = {"*"};
  options.max_age = std::chrono::seconds(90);
  const OriginPolicy policy(options, false);
  net::HttpRequest request = from("https://any.example");
  net::HttpHeaders headers;
  policy.add_preflight_headers(request, {"POST"}, headers);
  CHECK(headers.size() == 0);  // no preflight
  request.headers.set("access-control-request-method", "POST");
  policy.add_preflight_headers(request, {"POST", "OPTIONS"}, headers);
  CHECK(headers.get("access-control-allow-methods") == "POST, OPTIONS");
  CHECK(headers.get("access-control-max-age") == "90");
  const std::string allowed(headers.get("access-control-allow-headers"));
  CHECK_THAT(allowed, Contains("authorization") && !Contains("x-session-id"));  // it is ours to say
}
