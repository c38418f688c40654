// Closing: in any state, from any callback, within the deadline.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "unit/core/session/eventful.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

std::string type_of(const std::string& line) {
  const std::size_t begin = line.find("\"type\":\"") + 8;
  return line.substr(begin, line.find('"', begin) - begin);
}

// What a host may do inside a handler.
using Action = std::function<void(SessionRig&)>;
const std::vector<std::pair<std::string, Action>>& actions() {
  static const std::vector<std::pair<std::string, Action>> kActions{
      {"close", [](SessionRig& rig) { rig.session->close(CloseReason::kAgent); }},
      {"interrupt", [](SessionRig& rig) { rig.session->interrupt(); }},
      {"type", [](SessionRig& rig) { (void)rig.session->push_text("from a handler"); }},
      {"push audio",
       [](SessionRig& rig) { (void)rig.session->push_audio(sim::silence(20ms).view()); }},
      {"keys", [](SessionRig& rig) { (void)rig.session->push_dtmf("1"); }},
      {"commit", [](SessionRig& rig) { rig.session->commit_turn(); }},
      {"change the mode",
       [](SessionRig& rig) {
         const bool voice = rig.session->mode() == Mode::kVoiceToVoice;
         (void)rig.session->set_mode(voice ? Mode::kTextToText : Mode::kVoiceToVoice);
       }},
      {"report", [](SessionRig& rig) { rig.session->report_playback(1'000'000'000); }},
      {"all of it",
       [](SessionRig& rig) {
         (void)rig.session->push_text("from a handler");
         rig.session->interrupt();
         (void)rig.session->set_mode(Mode::kTextToVoice);
         (void)rig.session->push_audio(sim::speak("hello").view());
         rig.session->close();
         (void)rig.session->push_text("after close");
         rig.session->close();
       }},
  };
  return kActions;
}

// The events are numbered without a gap, in order of time, and the last one is the end.
void check_order(const SessionRig& rig, const std::vector<std::uint64_t>& numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) REQUIRE(numbers[i] == i + 1);
  REQUIRE(rig.session->closed());
  CHECK(rig.count("session_closed") == 1);
  CHECK(type_of(rig.lines.back()) == "session_closed");
}

}  // namespace

TEST_CASE("whatever a handler does, for every kind of event, the order of events stands") {
  for_each_event_type([]<class E>(E*) {
    for (const auto& [name, action] : actions()) {
      DYNAMIC_SECTION(E::kName << ": " << name) {
        std::vector<std::uint64_t> numbers;
        bool nested = false;
        bool inside = false;
        int times = 0;
        Subscription all;
        Subscription one;
        const auto listen = [&, &act = action](SessionRig& rig) {
          all = rig.session->events().subscribe_all([&](const AnyEvent& e) {
            nested = nested || inside;
            inside = true;
            numbers.push_back(e.envelope().seq);
            inside = false;
          });
          one = rig.session->events().subscribe<E>([&](const E&) {
            nested = nested || inside;
            inside = true;
            if (++times <= 3) act(rig);
            inside = false;
          });
        };
        SessionRig rig = eventful<E>(listen);
        live<E>(rig);
        REQUIRE(times > 0);
        CHECK_FALSE(nested);
        check_order(rig, numbers);
      }
    }
  });
}

TEST_CASE("closing inside a handler ends the session at that moment") {
  for_each_event_type([]<class E>(E*) {
    DYNAMIC_SECTION(E::kName) {
      bool closed = false;
      Duration called{0};
      Duration ended{0};
      Subscription one;
      Subscription end;
      const auto listen = [&](SessionRig& rig) {
        one = rig.session->events().subscribe<E>([&](const E&) {
          if (std::exchange(closed, true)) return;
          called = rig.now();
          rig.session->close();
        });
        end = rig.session->events().subscribe<event::SessionClosed>(
            [&](const event::SessionClosed&) { ended = rig.now(); });
      };
      SessionRig rig = eventful<E>(listen);
      live<E>(rig);
      REQUIRE(closed);
      REQUIRE(rig.session->closed());
      CHECK(type_of(rig.lines.back()) == "session_closed");
      CHECK(ended == called);
    }
  });
}

TEST_CASE("the host's last pointer may go inside a handler: the session closes") {
  for_each_event_type([]<class E>(E*) {
    DYNAMIC_SECTION(E::kName) {
      bool dropped = false;
      bool closed = false;
      Subscription one;
      Subscription end;
      const auto listen = [&](SessionRig& rig) {
        end = rig.session->events().subscribe<event::SessionClosed>(
            [&](const event::SessionClosed&) { closed = true; });
        one = rig.session->events().subscribe<E>([&](const E&) {
          if (std::exchange(dropped, true)) return;
          rig.far_end.reset();
          rig.session.reset();
        });
      };
      SessionRig rig = eventful<E>(listen);
      live<E>(rig);
      REQUIRE(dropped);
      CHECK(closed);
    }
  });
}

TEST_CASE("after close every call fails or does nothing") {
  SessionRig rig(busy_agent());
  rig.session->close();
  rig.run(0ms);
  REQUIRE(rig.session->closed());
  const std::size_t events = rig.lines.size();
  CHECK(rig.session->push_text("x").code() == ErrorCode::kFailedPrecondition);
  CHECK(rig.session->push_dtmf("1").code() == ErrorCode::kFailedPrecondition);
  CHECK(rig.session->push_audio(sim::silence(20ms).view()).code() ==
        ErrorCode::kFailedPrecondition);
  CHECK(rig.session->set_mode(Mode::kTextToText).code() == ErrorCode::kFailedPrecondition);
  rig.session->interrupt();
  rig.session->commit_turn();
  rig.session->report_playback(1);
  rig.session->close();
  rig.run(10s);
  CHECK(rig.lines.size() == events);
  CHECK(rig.session->idle());
  CHECK(rig.session->mode() == Mode::kVoiceToVoice);
}

TEST_CASE("closing at any moment of a conversation ends it at once, with the context kept") {
  const Duration when = std::chrono::milliseconds(GENERATE(range(0, 6'000, 130)));
  SessionRig rig(scripted_agent("one two three four five six seven eight nine ten"));
  const Pcm speech = sim::speak("hello there");
  for (Duration passed{0}; passed < when; passed += 20ms) {
    const auto at = static_cast<std::size_t>(duration_to_samples(passed, 16'000));
    const bool speaking = at < speech.samples.size();
    const auto frame =
        speaking ? std::span(speech.samples).subspan(at, 320) : std::span<const std::int16_t>();
    rig.run(20ms);
    (void)rig.session->push_audio(speaking ? AudioView{frame, 16'000} : sim::silence(20ms).view());
  }
  rig.session->close(CloseReason::kUser);
  rig.run(0ms);
  CHECK(rig.session->closed());
  CHECK(rig.session->idle());
  CHECK(rig.json("session_closed").find("\"reason\":\"user\"") != std::string::npos);
  const std::size_t events = rig.lines.size();
  const int frames = rig.frames_out;
  const std::vector<ContextEntry> context = rig.session->context();
  rig.run(10s);
  CHECK(rig.lines.size() == events);
  CHECK(rig.frames_out == frames);
  REQUIRE(rig.session->context().size() == context.size());
  if (when > 1'500ms) REQUIRE(context.size() == 2);
  CAPTURE(when.count(), rig.dialogue());
  if (context.size() == 2 && when < 3'900ms) CHECK(context.back().interrupted);
}

TEST_CASE("a session that is closed before it has opened says that it closed, and nothing else") {
  const auto time = VirtualExecutor::create();
  EngineOptions options;
  options.executors = {time};
  options.workers = time->workers();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  const auto agent = *(*make_engine(std::move(options)))->make_agent(scripted_agent("yes"));
  auto session = *agent->open_session();
  std::string seen;
  const Subscription all = session->events().subscribe_all([&](const AnyEvent& e) {
    e.visit([&]<class E>(const E&) { seen += std::string(E::kName) + " "; });
  });
  REQUIRE(session->push_text("hello").ok());
  session->close();
  time->run_for(10s);
  CHECK(seen == "session_closed ");
  CHECK(session->closed());
  session.reset();
  time->run_for(0ms);
}

TEST_CASE("calls from one handler are carried out in their order, up to a thousand") {
  SessionRig rig(scripted_agent("yes"));
  int refused = 0;
  std::string keys;
  const Subscription dtmf = rig.session->events().subscribe<event::DtmfIn>(
      [&](const event::DtmfIn& e) { keys += e.digits; });
  const Subscription once = rig.session->events().subscribe<event::TextIn>([&](const auto&) {
    for (int i = 0; i < 1'100; ++i) {
      const char digit = static_cast<char>('0' + i % 10);
      const Status status = rig.session->push_dtmf(std::string_view(&digit, 1));
      if (status.code() == ErrorCode::kResourceExhausted) ++refused;
    }
    rig.session->close();  // always gets through
  });
  REQUIRE(rig.session->push_text("go").ok());
  rig.run(0ms);
  CHECK(refused == 1'100 - 1'024);
  REQUIRE(keys.size() == 1'024);
  CHECK(keys.substr(0, 12) == "012345678901");
  CHECK(rig.session->closed());
}

TEST_CASE("a long chain of calls, each from the handler of the one before, needs no stack") {
  SessionRig rig(scripted_agent("yes"));
  int count = 0;
  const Subscription dtmf =
      rig.session->events().subscribe<event::DtmfIn>([&](const event::DtmfIn&) {
        if (++count < 200'000) (void)rig.session->push_dtmf("1");
      });
  REQUIRE(rig.session->push_dtmf("1").ok());
  CHECK(count == 200'000);
}

TEST_CASE("closing waits for streams to close, and not for longer than the deadline") {
  PuppetStand stand;
  stand.with_stt().with_llm().with_tts();
  stand.stt->closes_on_cancel = stand.llm->closes_on_cancel = stand.tts->closes_on_cancel = false;
  SessionRig& rig = stand.start();
  REQUIRE(rig.session->push_text("hello").ok());
  stand.llm->line().sink->delta("One two three. And four");
  rig.say("hello");
  REQUIRE(stand.stt->lines.size() == 1);
  REQUIRE(stand.tts->lines.size() == 1);
  rig.session->close();
  rig.run(1'999ms);
  CHECK_FALSE(rig.session->closed());
  SECTION("they close in time") {
    stand.stt->line().close();
    stand.llm->line().close();
    rig.run(0ms);
    CHECK_FALSE(rig.session->closed());
    stand.tts->line().close();
    rig.run(0ms);
    CHECK(rig.session->closed());
    CHECK(contains(rig.lines.back(), R"("unclosed_streams":0)"));
  }
  SECTION("they never do") {
    rig.run(1ms);
    CHECK(rig.session->closed());
    CHECK(contains(rig.lines.back(), R"("unclosed_streams":3)"));
    const std::size_t events = rig.lines.size();
    // Much later, when nobody listens any more.
    rig.run(1min);
    stand.llm->line().sink->delta("ghost");
    stand.tts->speak(100ms);
    stand.stt->line().close();
    stand.llm->line().close();
    stand.tts->line().close();
    rig.run(0ms);
    CHECK(rig.lines.size() == events);
  }
  CHECK(contains(rig.lines.back(), "session_closed"));
  CHECK(stand.stt->alive() + stand.llm->alive() + stand.tts->alive() == 0);
}
