#include "transports/selection.h"

#include <string>

#include "support/catch.h"

namespace voiceagent::transports {
namespace {

struct Row {
  const char* what;
  SelectionFacts facts;
  const char* name;
  const char* reason;
  const char* notice;  // a part of it; empty: none
};

// path, parameter, header, environment, user agent
const Row kTable[] = {
    {"nothing is known", {}, "websocket", "the default", ""},
    {"the user agent", {"", "", "", "", "curl/7.88"}, "json", "suits the user agent", ""},
    {"a browser", {"", "", "", "", "Mozilla/5.0 (X11)"}, "websocket", "suits the user agent", ""},
    {"the operator beats the user agent",
     {"", "", "", "json", "Mozilla/5.0 (X11)"},
     "json",
     "asked for by PREFERRED_TRANSPORT",
     ""},
    {"the header beats the operator",
     {"", "", "json", "websocket", "Mozilla/5.0"},
     "json",
     "asked for by x-transport-preference",
     ""},
    {"the header in capitals, with weights",
     {"", "", " JSON;q=1 , websocket", "", ""},
     "json",
     "asked for by x-transport-preference",
     ""},
    {"the parameter beats the header",
     {"", "json", "websocket", "websocket", "Mozilla"},
     "json",
     "asked for by the parameter transport",
     ""},
    {"the path beats the header",
     {"/ws", "", "websocket", "", ""},
     "json",
     "chosen by its path",
     "'websocket' was asked for by x-transport-preference, but the path is that of 'json'"},
    {"the path beats the parameter: it can't carry anything else",
     {"/api/v1/ws/stream", "json", "", "", ""},
     "websocket",
     "chosen by its path",
     "'json' was asked for by the parameter transport, but the path is that of 'websocket'"},
    {"the path agrees with the header",
     {"/api/v1/ws/stream", "", "websocket", "", ""},
     "websocket",
     "chosen by its path",
     ""},
    {"the path may be another one than the operator's",
     {"/ws", "", "", "websocket", ""},
     "json",
     "chosen by its path",
     ""},
    {"webrtc by header falls back",
     {"", "", "webrtc", "", ""},
     "websocket",
     "the default",
     "'webrtc' was asked for by x-transport-preference and is not available on this server"},
    {"webrtc by header, then what there is",
     {"", "", "webrtc, json", "", ""},
     "json",
     "asked for by x-transport-preference",
     "'webrtc' was asked for"},
    {"webrtc by header on a path of its own",
     {"/ws", "", "webrtc", "", ""},
     "json",
     "chosen by its path",
     "'webrtc' was asked for by x-transport-preference"},
    {"webrtc by the operator, for a browser",
     {"", "", "", "webrtc", "Mozilla/5.0"},
     "websocket",
     "suits the user agent",
     "'webrtc' was asked for by PREFERRED_TRANSPORT and is not available on this server"},
    {"webrtc by the operator, on a path of its own",
     {"/api/v1/ws/stream", "", "", "webrtc", ""},
     "websocket",
     "chosen by its path",
     "'webrtc' was asked for by PREFERRED_TRANSPORT"},
    {"webrtc by parameter",
     {"", "webrtc", "", "json", ""},
     "json",
     "asked for by PREFERRED_TRANSPORT",
     "'webrtc' was asked for by the parameter transport"},
    {"an unknown path", {"/elsewhere", "", "", "", ""}, "websocket", "the default", ""},
    {"a header of nothing", {"", "", " , ;q=1,,", "", ""}, "websocket", "the default", ""},
};

}  // namespace

TEST_CASE("selection: each row of the table chooses its transport and says why") {
  const AdapterRegistry registry = AdapterRegistry::web_sockets();
  for (const Row& row : kTable) {
    INFO(row.what);
    const Selection selection = registry.choose(row.facts);
    CHECK(selection.name == row.name);
    CHECK(selection.reason == row.reason);
    CHECK(selection.notice.empty() == (*row.notice == '\0'));
    CHECK(selection.notice.find(row.notice) != std::string::npos);
  }
}

TEST_CASE("selection: a transport that joins is chosen when it is asked for") {
  const AdapterRegistry registry({{"websocket", {}, {}}, {"webrtc", {}, {}}});
  const Selection selection = registry.choose({"", "", "webrtc", "", ""});
  CHECK(selection.name == "webrtc");
  CHECK(selection.notice.empty());
}

TEST_CASE("selection: what a client sends is quoted briefly and without control characters") {
  const AdapterRegistry registry = AdapterRegistry::web_sockets();
  const std::string name = "a\nb" + std::string(10'000, 'x');
  const Selection selection = registry.choose({"", "", name, "", ""});
  CHECK(selection.notice.find("'a\\nb") == 0);
  CHECK(selection.notice.size() < 200);
}

}  // namespace voiceagent::transports
