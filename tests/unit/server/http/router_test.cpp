#include "server/http/router.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace voiceagent::server;

namespace {

Router sample() {
  Router router;
  const auto nothing = [](const std::shared_ptr<Call>&) {};
  router.add({"GET", "/", "root", nothing});
  router.add({"GET", "/health", "health", nothing});
  router.add({"POST", "/chat/message", "chat", nothing});
  router.add({"GET", "/voice/clips/{name}", "clip", nothing});
  router.add({"DELETE", "/voice/clips/{name}", "no clip", nothing});
  router.set_fallback({"GET", "/", "", nothing});
  return router;
}

std::string found(const Router& router, std::string_view method, std::string_view path) {
  const RouteMatch match = router.match(method, path);
  return match.route == nullptr ? "none" : match.route->description;
}

}  // namespace

TEST_CASE("every path is served with and without the version before it") {
  const Router router = sample();
  CHECK(found(router, "GET", "/health") == "health");
  CHECK(found(router, "GET", "/api/v1/health") == "health");
  CHECK(found(router, "GET", "/api/v1") == "root");
  CHECK(found(router, "GET", "/api/v1/") == "root");
  CHECK(found(router, "POST", "/api/v1/chat/message") == "chat");
  CHECK(found(router, "POST", "/api/v2/chat/message") == "none");
}

TEST_CASE("a parameter of a path is one segment, and not an empty one") {
  const Router router = sample();
  const RouteMatch match = router.match("GET", "/voice/clips/a b");
  REQUIRE(match.route != nullptr);
  CHECK(match.parameters == RouteParameters{{"name", "a b"}});
  CHECK(found(router, "DELETE", "/voice/clips/") == "none");
  CHECK(found(router, "DELETE", "/voice/clips/a/b") == "none");
  CHECK(found(router, "DELETE", "/voice/clips") == "none");
}

TEST_CASE("a path that exists says which methods it takes") {
  const Router router = sample();
  const RouteMatch match = router.match("PUT", "/voice/clips/x");
  CHECK(match.route == nullptr);
  CHECK(match.allowed == std::vector<std::string>{"GET", "HEAD", "DELETE", "OPTIONS"});
  CHECK(router.match("GET", "/chat/message").allowed ==
        std::vector<std::string>{"POST", "OPTIONS"});
  CHECK(router.match("PUT", "/nowhere").allowed.empty());
}

TEST_CASE("HEAD is answered where GET is") {
  const Router router = sample();
  CHECK(found(router, "HEAD", "/health") == "health");
  CHECK(found(router, "HEAD", "/chat/message") == "none");
}

TEST_CASE("the fallback answers GET alone, and only where no route is") {
  const Router router = sample();
  const RouteMatch match = router.match("GET", "/style.css");
  REQUIRE(match.route != nullptr);
  CHECK(match.route->description.empty());
  CHECK(router.match("POST", "/style.css").route == nullptr);
  CHECK(router.match("GET", "").route == nullptr);
}
