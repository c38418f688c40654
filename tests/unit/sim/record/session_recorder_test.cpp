// A recorded session does what an unrecorded one does, and its recording does it again.
#include "voiceagent/session_recorder.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/record/agent_text.h"
#include "support/catch.h"
#include "support/puppet_providers.h"
#include "support/session_rig.h"
#include "support/temp_dir.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::SessionRig;

namespace {

AgentOptions talker() {
  AgentOptions agent = test::scripted_agent("the first part, and then the second part of it all");
  agent.turn.endpointing_min = agent.turn.endpointing_max = 300ms;
  return agent;
}

// Records what `talk` does, up to the session's close; returns its events.
std::vector<std::string> record(const std::string& path, const AgentOptions& agent,
                                const std::function<void(SessionRig&)>& talk,
                                SessionOptions options = {}) {
  auto recorder = SessionRecorder::create(path);
  REQUIRE(recorder.ok());
  std::vector<std::string> lines;
  {
    SessionRig rig(agent, std::move(options), {}, recorder->get());
    talk(rig);
    rig.session->close();
    rig.run(5s);
    lines = rig.lines;
  }
  REQUIRE((*recorder)->finish().ok());
  return lines;
}

void check_identical(const std::string& path) {
  const auto report = replay_session(path);
  INFO(report.status().message());
  REQUIRE(report.ok());
  if (report->difference) {
    INFO("expected " << report->difference->expected);
    INFO("seen     " << report->difference->seen);
    FAIL("the replay differs at event " << report->difference->event);
  }
  CHECK(report->events > 1);
}

// Answers every question at once, with the next of a few probabilities.
class SureDetector final : public TurnDetectorProvider {
 public:
  Result<std::unique_ptr<TurnDetectorStream>> start(const TurnDetectorRequest&,
                                                    TurnDetectorSink& sink) override {
    return std::unique_ptr<TurnDetectorStream>(std::make_unique<Stream>(sink));
  }

 private:
  class Stream final : public TurnDetectorStream {
   public:
    explicit Stream(TurnDetectorSink& sink) : sink_(sink) {}
    void audio(AudioView) override {}
    void ask(const TurnQuestion& question) override {
      sink_.estimate(question.id, 0.25F * static_cast<float>(++asked_ % 4));
    }
    void cancel() override { sink_.closed(); }

   private:
    TurnDetectorSink& sink_;
    int asked_ = 0;
  };
};

struct Written {
  std::string path;
  Status status;
};

// A short session of that id by an agent that records all of its own, and what came of its file.
Written record_one(const std::string& folder, const std::string& id) {
  auto engine = Engine::create();
  REQUIRE(engine.ok());
  auto agent = (*engine)->make_agent(talker());
  REQUIRE(agent.ok());
  std::promise<Written> done;
  const auto recording =
      record_sessions(*agent, folder, [&done](const std::string& path, const Status& status) {
        done.set_value({path, status});
      });
  SessionOptions options;
  options.id = id;
  {
    Conversation conversation(recording, options, VirtualExecutor::create());
    REQUIRE(conversation.push_text("hello").ok());
    CHECK(conversation.wait_until_idle(60s));
    conversation.close();
    CHECK(conversation.wait_until_closed(10s));
  }
  std::future<Written> written = done.get_future();
  REQUIRE(written.wait_for(60s) == std::future_status::ready);
  return written.get();
}

void long_talk(SessionRig& rig) {
  rig.say("hello there");
  REQUIRE(rig.settle());
  rig.say("tell me more");
  rig.wait(1200ms);
  rig.say("no stop that");
  REQUIRE(rig.settle());
  rig.say("one more");
  rig.wait(1s);
  rig.noise(200ms);
  REQUIRE(rig.settle());
}

}  // namespace

TEST_CASE("a recorded session publishes what an unrecorded one does") {
  const test::TempDir folder;
  SessionOptions options;
  options.id = "the-same";
  const auto recorded = record(folder.path("s.vaz"), talker(), long_talk, options);
  SessionRig plain(talker(), options);
  long_talk(plain);
  plain.session->close();
  plain.run(5s);
  CHECK(recorded == plain.lines);
}

TEST_CASE("a replay makes the same events") {
  const test::TempDir folder;
  const auto lines = record(folder.path("s.vaz"), talker(), long_talk);
  CHECK(lines.size() > 40);
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("how the providers behind a provider fared is recorded, and replayed without them") {
  AgentOptions agent = talker();
  agent.resilience.breaker_failures = 1;
  agent.resilience.first_token = 800ms;
  sim::LlmDelivery dying;
  dying.death.how = sim::Death::How::kStall;
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply("one two three"), dying);
  agent.llm.fallbacks.push_back(
      {"another", {}, sim::scripted_llm(sim::fixed_reply("one two three"))});
  sim::TtsScript refusing;
  refusing.death.how = sim::Death::How::kRefuse;
  agent.tts.instance = sim::scripted_tts(refusing);
  agent.tts.fallbacks.push_back({"another", {}, sim::scripted_tts()});
  const test::TempDir folder;
  const auto lines = record(folder.path("s.vaz"), agent, [](SessionRig& rig) {
    rig.say("hello there");
    REQUIRE(rig.settle());
    rig.say("once more");
    rig.wait(1200ms);
    rig.session->interrupt();
    REQUIRE(rig.settle());
  });
  for (const std::string_view news : {"provider_failover", "breaker_changed", "stage_delayed"}) {
    INFO(news);
    CHECK(std::ranges::any_of(lines, [&](const std::string& line) {
      return line.find("\"" + std::string(news) + "\"") != std::string::npos;
    }));
  }
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("tools are recorded, and run in no replay") {
  AgentOptions agent = talker();
  int runs = 0;
  std::vector<std::shared_ptr<ToolReply>> kept;
  for (const sim::ToolScript::Way way :
       {sim::ToolScript::Way::kAnswer, sim::ToolScript::Way::kFail, sim::ToolScript::Way::kTwice,
        sim::ToolScript::Way::kNever, sim::ToolScript::Way::kDrop, sim::ToolScript::Way::kThrow}) {
    Tool tool;
    tool.name = "t" + std::to_string(static_cast<int>(way));
    tool.deadline = 1500ms;
    tool.filler = "One moment.";
    tool.filler_delay = 500ms;
    tool.handler = [way, &runs, &kept](const std::shared_ptr<ToolReply>& reply) {
      ++runs;
      if (way == sim::ToolScript::Way::kThrow) throw std::runtime_error("broken");
      reply->progress("half", ToolProgress::kSpoken);
      if (way == sim::ToolScript::Way::kNever) kept.push_back(reply);
      if (way == sim::ToolScript::Way::kFail) reply->answer(unavailable("no line"));
      if (way == sim::ToolScript::Way::kAnswer) {
        (void)reply->run([reply] { reply->answer(std::string("from a worker")); });
      }
      if (way == sim::ToolScript::Way::kTwice) {
        reply->answer(std::string("one"));
        reply->answer(std::string("two"));
      }
    };
    agent.tools.push_back(std::move(tool));
  }
  Tool ends;
  ends.name = "ends";
  ends.effect = ToolEffect::kTransfer;
  ends.effect_value = "the desk";
  agent.tools.push_back(ends);
  agent.llm.instance = sim::scripted_llm([](std::span<const Message> messages) {
    if (messages.back().role == Role::kTool) return std::vector<sim::LlmStep>{{10ms, "Fine."}};
    std::vector<sim::LlmStep> steps{{10ms, "Let me see."}};
    for (int i = 0; i < 6; ++i) steps.push_back({0ms, "", {"", "t" + std::to_string(i), "{}"}});
    if (messages.back().text == "go") steps.push_back({0ms, "", {"", "ends", "{}"}});
    return steps;
  });
  const test::TempDir folder;
  const auto lines = record(folder.path("s.vaz"), agent, [&kept](SessionRig& rig) {
    rig.say("hello there");
    REQUIRE(rig.settle());
    REQUIRE(rig.session->push_text("go").ok());
    rig.run(300ms);
    rig.say("no stop that");
    REQUIRE(rig.settle());
    REQUIRE(rig.session->push_text("go").ok());
    rig.run(300ms);
    rig.session->close();
    rig.run(5s);
    kept.clear();  // while somebody runs what that posts
  });
  const auto count = [&lines](std::string_view what) {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(what) != std::string::npos;
    });
  };
  CHECK(count(R"("type":"tool_call_started")") >= 20);
  CHECK(count(R"("type":"tool_call_finished")") >= 14);
  CHECK(count(R"("type":"tool_call_progress")") >= 10);
  const int before = runs;
  check_identical(folder.path("s.vaz"));
  CHECK(runs == before);
}

TEST_CASE("a replay with another option names the first event that differs") {
  const test::TempDir folder;
  const auto lines = record(folder.path("s.vaz"), talker(), long_talk);
  ReplayOptions options;
  options.adjust = [](AgentOptions& agent) {
    agent.turn.endpointing_min = agent.turn.endpointing_max = 400ms;
    return Status();
  };
  const auto report = replay_session(folder.path("s.vaz"), options);
  REQUIRE(report.ok());
  REQUIRE(report->difference);
  const auto expected = Json::parse(report->difference->expected);
  REQUIRE(expected.ok());
  CHECK((*expected)["type"].string() == "transcript_final");
  CHECK(std::find(lines.begin(), lines.end(), report->difference->expected) != lines.end());
  CHECK(report->difference->event == static_cast<std::uint64_t>((*expected)["seq"].integer()));
  CHECK(to_ms(report->difference->time) == Approx((*expected)["t_ms"].number()));
  CHECK_FALSE(report->difference->seen.empty());
  CHECK(report->difference->seen != report->difference->expected);
}

TEST_CASE("a replay with another silence makes the final that a session with it would have had") {
  const test::TempDir folder;
  AgentOptions agent = talker();
  sim::SttScript stt;
  stt.final_delay = {50ms};
  agent.stt.instance = sim::scripted_stt(stt);
  record(folder.path("s.vaz"), agent, long_talk);
  for (const Duration silence : {Duration(280ms), Duration(320ms), Duration(390ms)}) {
    const auto change = [silence](AgentOptions& changed) {
      changed.turn.endpointing_min = changed.turn.endpointing_max = silence;
      return Status();
    };
    ReplayOptions options;
    options.adjust = change;
    const auto report = replay_session(folder.path("s.vaz"), options);
    REQUIRE(report.ok());
    REQUIRE(report->difference);
    AgentOptions other = agent;
    REQUIRE(change(other).ok());
    SessionRig plain(other);
    plain.say("hello there");
    REQUIRE(plain.settle());
    INFO(report->difference->seen);
    CHECK(report->difference->seen.find("\"transcript_final\"") != std::string::npos);
    CHECK(std::ranges::count(plain.lines, report->difference->seen) == 1);
  }
}

TEST_CASE("everything that a host can call is recorded") {
  const test::TempDir folder;
  AgentOptions agent = talker();
  agent.greeting = "welcome";
  const auto talk = [](SessionRig& rig) {
    REQUIRE(rig.session->push_text("typed words").ok());
    rig.run(700ms);
    rig.session->interrupt();
    rig.run(100ms);
    REQUIRE(rig.session->push_dtmf("42#").ok());
    REQUIRE(rig.settle());
    REQUIRE(rig.session->say("by the way", {false}).ok());
    rig.run(3s);
    rig.say("some words");
    rig.session->commit_turn();
    REQUIRE(rig.settle());
    REQUIRE(rig.session->set_mode(Mode::kVoiceToText).ok());
    rig.say("written answer please");
    REQUIRE(rig.settle());
    rig.session->report_playback(1'000'000);
    CHECK_FALSE(rig.session->push_text("").ok());
    rig.session->close(CloseReason::kUser);
  };
  record(folder.path("s.vaz"), agent, talk);
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("calls from inside handlers find their place again") {
  const test::TempDir folder;
  const auto talk = [](SessionRig& rig) {
    Subscription typed =
        rig.session->events().subscribe<event::TextIn>([&rig](const event::TextIn& in) {
          if (in.text == "first") (void)rig.session->push_text("from the handler");
        });
    Subscription heard = rig.session->events().subscribe<event::AudioIn>(
        [&rig, n = 0](const event::AudioIn&) mutable {
          if (++n == 5) (void)rig.session->push_text("at the fifth frame");
        });
    Subscription stop = rig.session->events().subscribe<event::PlaybackProgress>(
        [&rig, n = 0](const event::PlaybackProgress&) mutable {
          if (++n == 3) rig.session->close(CloseReason::kAgent);
        });
    (void)rig.session->push_text("first");
    rig.wait(20s);
    CHECK(rig.session->closed());
  };
  record(folder.path("s.vaz"), talker(), talk);
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("a host that drops its session is recorded too") {
  const test::TempDir folder;
  auto recorder = SessionRecorder::create(folder.path("s.vaz"));
  REQUIRE(recorder.ok());
  {
    SessionRig rig(talker(), {}, {}, recorder->get());
    rig.say("hello there");
    rig.wait(1s);
  }
  REQUIRE((*recorder)->finish().ok());
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("providers that fail, refuse and fall silent are recorded") {
  const test::TempDir folder;
  AgentOptions agent = talker();
  auto stt = std::make_shared<test::SttPuppet>();
  auto llm = std::make_shared<test::LlmPuppet>();
  auto tts = std::make_shared<test::TtsPuppet>();
  agent.stt.instance = stt;
  agent.llm.instance = llm;
  agent.tts.instance = tts;
  const auto talk = [&](SessionRig& rig) {
    llm->start_status = unavailable("not now");
    REQUIRE(rig.session->push_text("one").ok());
    rig.run(100ms);
    llm->start_status = {};
    REQUIRE(rig.session->push_text("two").ok());
    rig.run(100ms);
    llm->line().sink->delta("half a sentence, and more. ");
    rig.run(100ms);
    REQUIRE(tts->speak(500ms));
    tts->line().sink->error({ErrorCode::kUnavailable, "the voice is gone"});
    tts->line().close();
    rig.run(100ms);
    llm->line().sink->error({ErrorCode::kQuota, "no more"});
    llm->line().close();
    rig.run(1s);
    stt->accepts = false;
    rig.say("words that nobody takes");
    rig.wait(4s);
    stt->start_status = unavailable("gone");
    rig.say("again");
    rig.wait(3s);
  };
  const auto lines = record(folder.path("s.vaz"), agent, talk);
  std::string all;
  for (const std::string& line : lines) all += line;
  CHECK(all.find("not now") != std::string::npos);
  CHECK(all.find("the voice is gone") != std::string::npos);
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("an apology is replayed with the sound that it had") {
  const test::TempDir folder;
  AgentOptions agent = talker();
  agent.resilience.apology = "sorry";
  agent.resilience.apology_clip = std::make_shared<const Pcm>(sim::speak("sorry"));
  const auto llm = std::make_shared<test::LlmPuppet>();
  agent.llm.instance = llm;
  const auto lines = record(folder.path("s.vaz"), agent, [&](SessionRig& rig) {
    llm->start_status = unavailable("not now");
    REQUIRE(rig.session->push_text("one").ok());
    REQUIRE(rig.settle());
    CHECK(rig.far_end->heard() == "sorry");
  });
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("what a turn detector says is recorded") {
  const test::TempDir folder;
  AgentOptions agent = talker();
  agent.turn.endpointing_max = 900ms;
  agent.turn_detector = std::make_shared<SureDetector>();
  const auto lines = record(folder.path("s.vaz"), agent, long_talk);
  const auto estimate = [](const std::string& line) {
    return line.find("\"turn_estimate\"") != std::string::npos;
  };
  CHECK(std::count_if(lines.begin(), lines.end(), estimate) > 1);
  check_identical(folder.path("s.vaz"));
}

TEST_CASE("a second session on one recorder is refused") {
  const test::TempDir folder;
  auto recorder = SessionRecorder::create(folder.path("s.vaz"));
  REQUIRE(recorder.ok());
  SessionRig rig(talker(), {}, {}, recorder->get());
  CHECK_THROWS(SessionRig(talker(), {}, {}, recorder->get()));
}

TEST_CASE("a path that can't be written is named by the recorder") {
  const auto recorder = SessionRecorder::create("/nowhere/s.vaz");
  REQUIRE_FALSE(recorder.ok());
  CHECK(recorder.status().message().find("/nowhere/s.vaz") == 0);
}

TEST_CASE("an agent can record all its sessions, and overwrites none of them") {
  const test::TempDir folder;
  const std::string ids[] = {"a/b c", "a.1", "a_1", "a.1", "a.1", "../\xC3\xA9"};
  std::vector<std::string> made;
  for (const std::string& id : ids) {
    const Written written = record_one(folder.path(""), id);
    INFO(written.status.message());
    CHECK(written.status.ok());
    made.push_back(std::filesystem::path(written.path).filename().string());
  }
  CHECK(made == std::vector<std::string>{"a%2Fb%20c.vaz", "a%2E1.vaz", "a_1.vaz", "a%2E1.2.vaz",
                                         "a%2E1.3.vaz", "%2E%2E%2F%C3%A9.vaz"});
  for (const std::string& name : made) check_identical(folder.path(name));
}

TEST_CASE("an id that is longer than a file's name may be is recorded under its beginning") {
  const test::TempDir folder;
  const std::string id(300, 'x');
  CHECK(record_one(folder.path(""), id).path == folder.path("") + "/" + id.substr(0, 200) + ".vaz");
  CHECK(record_one(folder.path(""), id + "y").path ==
        folder.path("") + "/" + id.substr(0, 200) + ".2.vaz");
}

TEST_CASE("a session whose file can't be made goes on, and the file's failure is told") {
  const Written written = record_one("/nowhere", "s");
  CHECK(written.status.code() == ErrorCode::kIo);
  CHECK(written.status.message().find("/nowhere/s.vaz: cannot write: ") == 0);
  CHECK(written.path == "/nowhere/s.vaz");
}
