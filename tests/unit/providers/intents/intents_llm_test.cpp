#include "providers/llm/intents/intents_llm.h"

#include <span>
#include <string>

#include "support/catch.h"
#include "support/llm_probe.h"
#include "support/temp_dir.h"
#include "support/workbench.h"

namespace voiceagent {
namespace {

Result<std::shared_ptr<LlmProvider>> make(const Options& given) {
  Registry registry;
  registry.add(intents_llm_info(), make_intents_llm);
  return registry.make_llm("intents", given, {});
}

test::LlmRecord ask(LlmProvider& provider, std::string_view text, std::int64_t wall_time_ms = 0) {
  const test::Workbench bench = test::Workbench::virtual_time();
  test::LlmProbe probe;
  const std::vector<Message> messages{{Role::kUser, text, false}};
  LlmRequest request;
  request.context = bench.context();
  request.messages = messages;
  request.wall_time_ms = wall_time_ms;
  const auto stream = provider.start(request, probe);
  REQUIRE(stream.ok());
  REQUIRE(bench.wait(probe, [](const test::LlmRecord& r) { return r.has('c'); }));
  return probe.record();
}

}  // namespace

TEST_CASE("intents: without options the built-in file answers, by the clock that is asked for") {
  const auto provider = make(Options().set("utc_offset", std::string("+05:30")));
  REQUIRE(provider.ok());
  const test::LlmRecord record = ask(**provider, "what time is it", 1'700'481'600'000);
  CHECK(record.intent == "time");
  CHECK(record.text() == "It is 5:30 PM.");
}

TEST_CASE("intents: the intent is told with its confidence and slots, the text word by word") {
  const test::TempDir dir;
  const std::string json = R"({"version": 1, "intents": [
      {"name": "call", "sentences": ["call {who}"], "replies": ["Calling {who} right  now."]}]})";
  const std::string path = dir.write("intents.json", std::as_bytes(std::span(json)));
  const auto provider = make(Options().set("file", path));
  REQUIRE(provider.ok());
  const test::LlmRecord record = ask(**provider, "Call Emma");
  CHECK(record.intent == "call");
  CHECK(record.confidence > 0.9F);
  REQUIRE(record.slots.size() == 1);
  CHECK(record.slots[0].first == "who");
  CHECK(record.slots[0].second == "Emma");
  CHECK(record.pieces == std::vector<std::string>{"Calling ", "Emma ", "right  ", "now."});
}

TEST_CASE("intents: what is not understood has an intent without a name") {
  const auto provider = make({});
  REQUIRE(provider.ok());
  const test::LlmRecord record = ask(**provider, "colourless green ideas sleep furiously");
  CHECK(record.log.starts_with("i"));
  CHECK(record.intent.empty());
  CHECK(record.confidence < 0.5F);
  CHECK(record.text() == "Sorry, I did not understand that.");
}

TEST_CASE("intents: the threshold is an option") {
  const auto strict = make(Options().set("threshold", 1.0));
  const auto lax = make(Options().set("threshold", 0.3).set("margin", 0.0));
  REQUIRE((strict.ok() && lax.ok()));
  CHECK(ask(**strict, "what time is it").intent == "time");
  CHECK(ask(**strict, "what dime is it").intent.empty());
  CHECK(ask(**lax, "dime is what").intent == "time");
}

TEST_CASE("intents: wrong options and files are refused with a message that says where") {
  const test::TempDir dir;
  CHECK(make(Options().set("file", dir.path("none.json"))).status().message() ==
        "llm provider 'intents': intents file '" + dir.path("none.json") +
            "': it cannot be opened");
  CHECK(make(Options().set("utc_offset", std::string("noon")))
            .status()
            .message()
            .find("llm provider 'intents': option utc_offset: 'noon' is no offset") == 0);
  CHECK_FALSE(make(Options().set("threshold", 1.5)).ok());
}

}  // namespace voiceagent
