// Connections that are lost, and sessions that are taken up again: on the same loop or another.
#include <string>

#include "support/catch.h"
#include "unit/transports/websocket/stream_rig.h"

namespace voiceagent::test {
namespace {

using transports::TransportCount;

std::string id_of(const FakeConnection& client) {
  return std::string(client.last("started")["session_id"].string());
}

std::string resume(const std::string& id) { return R"("session_id":")" + id + "\""; }

const char* const kLong = "This is a rather long answer that nobody will hear to its end.";

}  // namespace

TEST_CASE("stream: a lost session is taken up again with its context") {
  StreamRig rig;
  FakeConnection& first = rig.start();
  first.text(R"({"type":"text","text":"hello"})");
  rig.run(5s);
  first.close();
  rig.run(29s);
  FakeConnection& second = rig.start(resume(id_of(first)));
  const Json started = second.last("started");
  CHECK(started["resumed"].boolean());
  CHECK(started["session_id"].string() == id_of(first));
  CHECK(dialogue_of(started["context"]) == "user: hello | assistant: Good morning to you.");
  rig.say(second, "and now");
  rig.silence(second, 4s);
  CHECK(second.last("turn")["text"].string() == "and now");
  CHECK(spoken(second.frames()) == "Good morning to you.");
  CHECK(rig.host->opened.size() == 1);
  CHECK(rig.host->counts[TransportCount::kResumed] == 1);
}

TEST_CASE("stream: a resume that is refused changes nothing") {
  StreamRig rig;
  FakeConnection& first = rig.start();
  FakeConnection& refused =
      rig.start(resume(id_of(first)) +
                R"(,"mode":"text_to_text","output":{"encoding":"s16le","sample_rate":8000})");
  CHECK(refused.socket()->close_code == 1008);
  CHECK(first.count("mode") == 0);
  CHECK(first.socket()->close_code == 0);
  FakeConnection& second = rig.start(resume(id_of(first)));
  CHECK(second.last("started")["mode"].string() == "voice_to_voice");
}

TEST_CASE("stream: nobody comes back within the grace period: the session ends") {
  StreamRig rig;
  FakeConnection& first = rig.start();
  first.close();
  rig.run(29s);
  CHECK(rig.host->sessions().size() == 1);
  CHECK(rig.host->admitted == 1);
  rig.run(3s);
  CHECK(rig.host->sessions().size() == 0);
  CHECK(rig.host->admitted == 0);
  CHECK(rig.host->counts[TransportCount::kGraceExpired] == 1);
  CHECK(rig.start(resume(id_of(first))).socket()->close_code == 4004);
}

TEST_CASE("stream: who came back is not thrown out when the grace period ends") {
  StreamRig rig;
  FakeConnection& first = rig.start();
  first.close();
  rig.run(10s);
  FakeConnection& second = rig.start(resume(id_of(first)));
  rig.run(60s);
  CHECK(second.socket()->close_code == 0);
  CHECK(second.count("closed") == 0);
}

TEST_CASE(
    "stream: with the connection the agent's voice is lost: the context says what was heard") {
  StreamRig rig(scripted_agent(kLong));
  FakeConnection& first = rig.start();
  first.text(R"({"type":"text","text":"tell me"})");
  rig.run(1500ms);
  first.close();
  rig.run(5s);
  FakeConnection& second = rig.start(resume(id_of(first)));
  const std::string dialogue = dialogue_of(second.last("started")["context"]);
  CHECK(dialogue.find("user: tell me | assistant: This is a") == 0);
  CHECK(dialogue.back() == '-');
  CHECK(dialogue.find("nobody") == std::string::npos);
  rig.run(3s);
  CHECK(second.frames().empty());
}

TEST_CASE("stream: what the agent says to nobody is not taken for heard") {
  AgentOptions agent = scripted_agent("Yes.");
  agent.turn.idle_after = 5s;
  agent.turn.idle_prompts = {"Are you still there, my friend?"};
  StreamRig rig(agent);
  FakeConnection& first = rig.start();
  first.close();
  rig.run(20s);
  FakeConnection& second = rig.start(resume(id_of(first)));
  const std::string dialogue = dialogue_of(second.last("started")["context"]);
  INFO(dialogue);
  CHECK(dialogue.find("friend") == std::string::npos);
}

TEST_CASE("stream: a reply in text is finished for who comes back") {
  StreamRig rig(scripted_agent(kLong));
  FakeConnection& first = rig.start(R"("mode":"text_to_text")");
  first.text(R"({"type":"text","text":"tell me"})");
  first.close();
  rig.run(2s);
  FakeConnection& second = rig.start(resume(id_of(first)));
  CHECK(dialogue_of(second.last("started")["context"]) ==
        std::string("user: tell me | assistant: ") + kLong);
}

TEST_CASE("stream: positions and generations go on where they were") {
  StreamRig rig(scripted_agent(kLong));
  FakeConnection& first = rig.start();
  first.text(R"({"type":"text","text":"tell me"})");
  rig.run(1500ms);
  first.close();
  rig.run(0ms);
  const auto before = header_of(first.frames().back());
  FakeConnection& second = rig.start(resume(id_of(first)));
  second.text(R"({"type":"text","text":"again"})");
  rig.run(1s);
  const auto after = header_of(second.frames().front());
  CHECK(after.generation > before.generation);
  CHECK(after.position == before.position + 320);
}

TEST_CASE("stream: formats can be changed by who resumes, but not the rate of the voice") {
  StreamRig rig;
  FakeConnection& first = rig.start(R"("output":{"encoding":"s16le","sample_rate":8000})");
  first.close();
  rig.run(1s);
  const std::string id = id_of(first);
  FakeConnection& wrong = rig.start(resume(id) + R"(,"output":{"sample_rate":48000})");
  CHECK(wrong.last("error")["message"].string().find("`sample_rate` is 8000") != std::string::npos);
  CHECK(wrong.socket()->close_code == 1008);
  FakeConnection& same = rig.start(resume(id));
  CHECK(same.last("started")["output"]["sample_rate"].integer() == 8'000);
  same.close();
  rig.run(0ms);
  FakeConnection& other = rig.start(resume(id) + R"(,"output":{"encoding":"mulaw"})");
  CHECK(other.last("started")["output"]["encoding"].string() == "mulaw");
}

TEST_CASE("stream: a second connection takes the session over, and the first one is told") {
  StreamRig rig;
  FakeConnection& first = rig.start();
  FakeConnection& second = rig.start(resume(id_of(first)));
  CHECK(first.socket()->close_code == 4001);
  CHECK(second.last("started")["resumed"].boolean());
  first.text(R"({"type":"end"})");  // it has no say any more
  rig.run(60s);
  CHECK(second.socket()->close_code == 0);
  second.text(R"({"type":"ping"})");
  rig.run(0ms);
  CHECK(second.count("pong") == 1);
  CHECK(rig.host->counts[TransportCount::kTakenOver] == 1);
  CHECK(rig.host->admitted == 1);
}

TEST_CASE("stream: somebody else's session does not exist") {
  StreamRig rig;
  rig.host->valid_token = "secret";
  FakeConnection& alice = rig.start(R"("token":"secret")");
  FakeConnection& bob = rig.start(R"("token":"bob",)" + resume(id_of(alice)));
  CHECK(bob.socket()->close_code == 4004);
  CHECK(alice.socket()->close_code == 0);
  FakeConnection& again = rig.start(R"("token":"secret",)" + resume(id_of(alice)));
  CHECK(again.count("started") == 1);
}

TEST_CASE("stream: a server that shuts down waits for nobody") {
  StreamRig rig;
  FakeConnection& present = rig.start();
  FakeConnection& absent = rig.start();
  FakeConnection& undecided = rig.connect();
  rig.host->is_draining = true;
  present.drain();
  undecided.drain();
  absent.close();
  rig.run(0ms);
  CHECK(present.socket()->close_code == 0);
  CHECK(undecided.socket()->close_code == 1001);
  rig.host->sessions().end_all(CloseReason::kHost);
  rig.run(3s);
  CHECK(present.last("closed")["reason"].string() == "host");
  CHECK(present.socket()->close_code == 1001);
  CHECK(rig.host->sessions().size() == 0);
}

namespace {

// Another loop with a clock of its own; both are run in turns.
struct TwoLoops {
  explicit TwoLoops(StreamRig& r)
      : rig(r), time(VirtualExecutor::create()), loop(std::make_shared<VirtualLoop>(time)) {
    rig.others.push_back(time);
  }
  void run(Duration span) {
    for (Duration done{0}; done <= span; done += 10ms) {
      rig.run(10ms);
      time->run_for(10ms);
    }
  }
  FakeConnection& start(const std::string& fields) {
    FakeConnection& connection = rig.connect(loop);
    connection.text(R"({"type":"start",)" + fields + "}");
    run(30ms);
    return connection;
  }
  void hear(FakeConnection& connection, const Pcm& audio) {
    const std::string bytes = bytes_of(audio);
    for (std::size_t at = 0; at < bytes.size(); at += 640) {
      connection.binary(bytes.substr(at, 640));
      rig.run(20ms);
      time->run_for(20ms);
    }
  }

  StreamRig& rig;
  std::shared_ptr<VirtualExecutor> time;
  std::shared_ptr<VirtualLoop> loop;
};

}  // namespace

TEST_CASE("stream: a session is taken up from another loop, and talks as before") {
  StreamRig rig(scripted_agent("Good morning to you."));
  TwoLoops loops(rig);
  FakeConnection& first = rig.start();
  first.close();
  rig.run(1s);
  FakeConnection& second = loops.start(resume(id_of(first)));
  CHECK(second.last("started")["resumed"].boolean());
  CHECK(rig.host->counts[TransportCount::kForeignSessions] == 1);
  loops.hear(second, sim::speak("hello there"));
  loops.hear(second, sim::silence(4s));
  CHECK(second.last("turn")["text"].string() == "hello there");
  CHECK(spoken(second.frames()) == "Good morning to you.");
  second.text(R"({"type":"end"})");
  loops.run(3s);
  CHECK(second.last("closed")["reason"].string() == "user");
  CHECK(second.socket()->close_code == 1000);
}

TEST_CASE("stream: a connection of another loop is lost and replaced like any other") {
  StreamRig rig(scripted_agent(kLong));
  TwoLoops loops(rig);
  FakeConnection& first = rig.start();
  FakeConnection& second = loops.start(resume(id_of(first)));
  CHECK(first.socket()->close_code == 4001);
  second.text(R"({"type":"text","text":"tell me"})");
  loops.run(1500ms);
  CHECK_FALSE(second.frames().empty());
  second.text(R"({"type":"interrupt"})");
  loops.run(50ms);
  CHECK(second.count("flush") == 1);
  FakeConnection& third = loops.start(resume(id_of(first)));
  CHECK(second.socket()->close_code == 4001);
  CHECK(third.count("started") == 1);
  third.close();
  loops.run(20s);
  CHECK(rig.host->sessions().size() == 1);
  loops.run(15s);
  CHECK(rig.host->sessions().size() == 0);
}

TEST_CASE("stream: a session that ends while another loop asks for it is not found") {
  StreamRig rig;
  TwoLoops loops(rig);
  FakeConnection& first = rig.start();
  FakeConnection& second = rig.connect(loops.loop);
  second.text(R"({"type":"start",)" + resume(id_of(first)) + "}");
  loops.time->run_for(10ms);  // it has found the session
  first.text(R"({"type":"end"})");
  rig.host->sessions().end_all(CloseReason::kHost);
  loops.run(5s);
  CHECK((second.socket()->close_code == 4004 || second.socket()->close_code == 1000));
  CHECK(first.socket()->close_code != 0);
}

TEST_CASE("stream: what a busy loop can't take is dropped if it is audio") {
  StreamRig rig;
  TwoLoops loops(rig);
  FakeConnection& first = rig.start();
  FakeConnection& second = loops.start(resume(id_of(first)));
  for (int i = 0; i < 1'000; ++i) second.binary(std::string(640, '\0'));  // 20 s
  loops.time->run_for(10ms);
  CHECK(rig.host->counts[TransportCount::kDroppedInput] > 500);
  second.text(R"({"type":"ping"})");
  loops.run(100ms);
  CHECK(second.count("pong") == 1);
  // Texts can't be dropped: who sends too many is cut off.
  for (int i = 0; i < 40; ++i) {
    second.text(R"({"type":"text","text":")" + std::string(10'000, 'a') + "\"}");
  }
  loops.time->run_for(10ms);
  CHECK(second.socket()->close_code == 1013);
}

}  // namespace voiceagent::test
