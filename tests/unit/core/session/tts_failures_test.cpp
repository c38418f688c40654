// A synthesiser that fails, stalls or breaks its contract.
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/puppet_stand.h"

using namespace voiceagent;
using namespace voiceagent::test;

TEST_CASE("tts: a stream that can't begin is an error, and nothing counts as heard") {
  PuppetStand stand;
  stand.with_tts();
  SECTION("quietly") { stand.tts->start_status = unavailable("no voice"); }
  SECTION("although it has called back already") {
    stand.tts->start_status = unavailable("no voice");
    stand.tts->calls_early = true;
  }
  SECTION("by handing over nothing") { stand.tts->makes_nothing = true; }
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("stage":"tts")"));
  CHECK(contains(rig.json("playback_finished"), R"("heard":"")"));
  CHECK(rig.dialogue() == "user: hello");
}

TEST_CASE("tts: a turn that waits is answered although the reply before it found no voice") {
  PuppetStand stand;
  stand.agent.turn.typed_text = TypedText::kQueue;
  stand.with_llm().with_tts().tts->start_status = unavailable("no voice");
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(0ms);
  REQUIRE(rig.session->push_text("and you?").ok());
  LlmPuppet::Line& first = stand.llm->line();
  first.sink->delta("Good morning");  // a clause only when no more can come
  first.sink->done({}, FinishReason::kStop);
  first.close();
  rig.run(0ms);
  REQUIRE(stand.llm->lines.size() == 2);
  REQUIRE(rig.count("playback_finished") == 1);
  stand.llm->reply("Fine.");
  rig.run(0ms);
  CHECK(rig.count("reply_delta") == 2);
  CHECK(rig.count("playback_finished") == 2);
}

TEST_CASE("tts: what was synthesised before a failure is played, and only that counts as heard") {
  PuppetStand stand;
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  REQUIRE(stand.tts->speak(600ms));
  stand.tts->line().sink->timing({{0, 4}, 0, 4'800});        // good
  stand.tts->line().sink->timing({{5, 12}, 4'800, 16'000});  // morning
  SECTION("an error") {
    stand.tts->line().sink->error({ErrorCode::kUnavailable, "gone"});
    stand.tts->line().close();
  }
  SECTION("closed too early") { stand.tts->line().close(); }
  SECTION("a stall") {
    rig.run(9s);
    CHECK(rig.count("error") == 0);
    rig.run(2s);
  }
  SECTION("audio of an impossible rate") { CHECK(stand.tts->speak(20ms, 1'000'000)); }
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(rig.far_end->played() == 9'600);
  CHECK(rig.dialogue() == "user: hello | assistant: good");
  CHECK(rig.count("playback_finished") == 1);
}

TEST_CASE("tts: a synthesiser that never takes the text is given up after the deadline") {
  PuppetStand stand;
  stand.with_tts().tts->accepts = false;
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(11s);
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("stage":"tts","code":"timeout")"));
  CHECK(rig.session->idle());
}

TEST_CASE("tts: a slow model does not put off the deadline of a synthesiser that has stalled") {
  PuppetStand stand;
  stand.with_llm().with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  for (int i = 0; i < 12 && rig.count("error") == 0; ++i) {
    if (!stand.llm->line().closed) stand.llm->line().sink->delta("Another sentence here. ");
    rig.run(1s);
  }
  CHECK(contains(rig.json("error"), R"("stage":"tts","code":"timeout")"));
  CHECK(rig.session->idle());
}

TEST_CASE("tts: a pause of the model's is no stall of the synthesiser's") {
  PuppetStand stand;
  stand.with_llm().with_tts();
  stand.agent.resilience.first_audio = 500ms;
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  for (int i = 0; i < 3; ++i) {
    stand.llm->line().sink->delta(i == 0 ? "Another sentence here. A" : "nother sentence here. A");
    rig.run(20ms);
    stand.tts->speak(200ms);
    stand.tts->line().sink->done();
    rig.run(3s);
  }
  CHECK(stand.tts->line().texts.size() == 3);
  CHECK(rig.count("error") == 0);
}

TEST_CASE("tts: words without a sound are an error, were not heard, and bring the apology") {
  PuppetStand stand;
  stand.with_tts();
  stand.agent.resilience.apology = "sorry about that";
  stand.agent.resilience.retries = GENERATE(0, 1);
  stand.agent.resilience.backoff = Duration(0);
  SessionRig& rig = stand.start();
  CHECK(stand.tts->speak(500ms));  // the apology
  stand.tts->line().sink->done();
  stand.tts->line().sink->done();
  stand.tts->line().close();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  const bool stays = GENERATE(false, true);
  for (int i = 0; i <= stand.agent.resilience.retries; ++i) {
    REQUIRE(stand.tts->lines.size() == static_cast<std::size_t>(2 + i));
    stand.tts->line().sink->done();
    if (stays) {
      rig.run(11s);
    } else {
      stand.tts->line().sink->done();
      stand.tts->line().close();
      rig.run(0ms);
    }
  }
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 1);
  CHECK(contains(rig.json("error"), R"("stage":"tts","code":"protocol")"));
  CHECK(rig.frames_out == 25);
  CHECK(rig.dialogue() == "user: hello | assistant: sorry about that");
}

TEST_CASE("tts: marks and symbols without a sound are no error") {
  PuppetStand stand;
  stand.agent = scripted_agent("\U0001F642\U0001F642 !?");
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  stand.tts->line().sink->done();
  stand.tts->line().sink->done();
  if (GENERATE(false, true)) stand.tts->line().close();
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 0);
  CHECK(rig.count("playback_finished") == 1);
}

TEST_CASE("tts: more done() than clauses do no harm") {
  PuppetStand stand;
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  stand.tts->speak(400ms);
  for (int i = 0; i < 10; ++i) stand.tts->line().sink->done();
  stand.tts->line().close();
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 0);
  CHECK(rig.dialogue() == "user: hello | assistant: good morning to you");
}

TEST_CASE("tts: the stream is told of its end once") {
  PuppetStand stand;
  stand.agent = scripted_agent("One two three. Four five six. Seven eight nine.");
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  CHECK(stand.tts->line().log == "tftftfF");
  for (int i = 0; i < 4; ++i) {
    stand.tts->speak(100ms);
    stand.tts->line().sink->done();
    rig.run(20ms);
  }
  CHECK(stand.tts->line().log == "tftftfF");
  stand.tts->line().close();
  REQUIRE(rig.settle());
  CHECK(rig.count("error") == 0);
}

TEST_CASE("tts: a stream that closes between two clauses is replaced, and timings still fit") {
  PuppetStand stand;
  stand.with_llm().with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->line().sink->delta("One two three. Four");
  rig.run(0ms);
  REQUIRE(stand.tts->line().texts == std::vector<std::string>{"One two three. "});
  stand.tts->speak(600ms);
  stand.tts->line().sink->timing({{0, 14}, 0, 9'600});
  stand.tts->line().sink->done();
  stand.tts->line().close();
  rig.run(1s);
  stand.llm->reply(" five six. ");
  rig.run(0ms);
  REQUIRE(stand.tts->lines.size() == 2);
  stand.tts->line().sink->timing({{0, 4}, 0, 3'200});       // Four
  stand.tts->line().sink->timing({{5, 14}, 3'200, 9'600});  // five six.
  stand.tts->speak(600ms);
  rig.run(300ms);
  rig.session->interrupt();
  CHECK(rig.dialogue() == "user: hello | assistant: One two three. Four-");
}

TEST_CASE("tts: timings that make no sense don't spoil the context") {
  PuppetStand stand;
  stand.agent = scripted_agent("ein gr\xC3\xBC\xC3\x9F dich");
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  SECTION("inside a character") { stand.tts->line().sink->timing({{0, 7}, 0, 1'600}); }
  SECTION("beyond the text") { stand.tts->line().sink->timing({{0, 1'000'000}, 0, 1'600}); }
  SECTION("before the beginning") { stand.tts->line().sink->timing({{9, 3}, -5, -1}); }
  SECTION("far in the future") {
    stand.tts->line().sink->timing({{0, 3}, 0, std::int64_t{1} << 60});
  }
  stand.tts->speak(200ms);
  rig.run(500ms);
  rig.session->interrupt();
  for (const ContextEntry& entry : rig.session->context()) {
    CHECK(entry.text.size() <= 15);
    CHECK((entry.text.empty() || static_cast<unsigned char>(entry.text.back()) != 0xC3));
  }
  CHECK(rig.session->idle());
}

TEST_CASE("tts: chunks of any length leave as frames of 20 ms, and nothing is lost") {
  PuppetStand stand;
  stand.with_tts();
  SessionRig& rig = stand.start();
  std::int64_t sent = 0;
  int short_frames = 0;
  const Subscription out =
      rig.session->events().subscribe<event::AudioOut>([&](const event::AudioOut& e) {
        short_frames += e.audio.samples.size() == 320 ? 0 : 1;
        sent += static_cast<std::int64_t>(e.audio.samples.size());
      });
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  std::int64_t given = 0;
  const std::vector<std::int16_t> samples(4'000, 5'000);
  for (const std::size_t size : {1U, 0U, 3U, 319U, 321U, 7U, 4'000U, 1'000U}) {
    REQUIRE(stand.tts->line().sink->audio({std::span(samples).first(size), 16'000}));
    rig.run(0ms);
    given += static_cast<std::int64_t>(size);
  }
  stand.tts->line().sink->done();
  stand.tts->line().close();
  REQUIRE(rig.settle());
  CHECK(sent == given);
  CHECK(short_frames == 1);  // the last one
}

TEST_CASE("tts: audio faster than it is played is refused beyond 300 ms, and asked for again") {
  PuppetStand stand;
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  int taken = 0;
  while (stand.tts->speak(100ms)) ++taken;
  CHECK(taken == 3);
  CHECK_FALSE(stand.tts->speak(100ms));
  rig.run(20ms);  // 140 ms have been sent, with the lead
  CHECK_FALSE(contains(stand.tts->line().log, "r"));
  rig.run(40ms);
  CHECK(contains(stand.tts->line().log, "r"));
  SECTION("one that goes on is heard in full") {
    for (; taken < 40; rig.run(50ms)) taken += stand.tts->speak(100ms) ? 1 : 0;
  }
  SECTION("one that ignores it is heard as far as there was room") {
    for (int i = 0; i < 1'000; ++i) taken += stand.tts->speak(100ms) ? 1 : 0;
    CHECK(taken <= 12);
  }
  stand.tts->line().sink->done();
  stand.tts->line().close();
  REQUIRE(rig.settle());
  CHECK(rig.far_end->played() == taken * 1'600);
}

TEST_CASE("tts: pausing again and again makes no room for more than 300 ms") {
  PuppetStand stand;
  stand.with_tts();
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  rig.run(20ms);
  int taken = 0;
  while (stand.tts->speak(100ms)) ++taken;
  for (int i = 0; i < 8; ++i) {  // each pause takes back what was sent ahead
    rig.noise(100ms);
    rig.wait(500ms);
    while (stand.tts->speak(100ms)) ++taken;
    const std::int64_t unheard = taken * 1'600 - rig.far_end->played();
    CHECK(unheard <= 4'800 + 1'600 + 1'920);
  }
  rig.session->interrupt();
}
