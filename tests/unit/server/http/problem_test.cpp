#include "server/http/problem.h"

#include "support/catch.h"
#include "voiceagent/json.h"

using namespace voiceagent;
using namespace voiceagent::server;

TEST_CASE("a problem says what RFC 9457 asks for, and the request's id") {
  const net::HttpResponse response = to_response(problem(404, "there is no \"x\""), "id-1", "/x");
  CHECK(response.status == 404);
  CHECK(response.headers.get("content-type") == "application/problem+json");
  const auto body = Json::parse(response.body);
  REQUIRE(body.ok());
  CHECK((*body)["type"].string() == "about:blank");
  CHECK((*body)["title"].string() == "Not Found");
  CHECK((*body)["status"].integer() == 404);
  CHECK((*body)["detail"].string() == "there is no \"x\"");
  CHECK((*body)["code"].string() == "not_found");
  CHECK((*body)["instance"].string() == "/x");
  CHECK((*body)["request_id"].string() == "id-1");
}

TEST_CASE("a problem's code says whose fault it is") {
  CHECK(problem(418, "x").code == "invalid_argument");
  CHECK(problem(505, "x").code == "unsupported");
  CHECK(problem(599, "x").code == "internal");
}

TEST_CASE("a problem names the session that it is about") {
  Problem about = problem(503, "x");
  CHECK_FALSE(Json::parse(to_response(about, {}, {}).body)->has("session_id"));
  about.session = "mine";
  CHECK((*Json::parse(to_response(about, {}, {}).body))["session_id"].string() == "mine");
}

TEST_CASE("errors of the library have their statuses, and say when a later try may work") {
  CHECK(problem_of(invalid_argument("x")).status == 400);
  CHECK(problem_of(not_found("x")).status == 404);
  CHECK(problem_of(Status(ErrorCode::kTimeout, "x")).status == 504);
  CHECK(problem_of(internal_error("x")).status == 500);
  const Problem busy = problem_of(resource_exhausted("x"));
  CHECK(busy.status == 503);
  CHECK(busy.code == "resource_exhausted");
  CHECK(busy.headers.get("retry-after") == "1");
  const Problem stranger = problem_of(Status(ErrorCode::kAuth, "x"));
  CHECK(stranger.status == 401);
  CHECK(stranger.headers.get("www-authenticate") == "Bearer");
}
