// What a connection of the JSON protocol holds of what came: messages to be read, audio.
#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/transports/websocket/json_rig.h"

namespace voiceagent::test {

TEST_CASE("json: audio counts against the server's budget until its request is answered") {
  JsonRig rig(echo_agent(1s));
  rig.host->incoming_budget = std::make_shared<net::ByteBudget>(500'000);
  FakeConnection& client = rig.connect();
  const Pcm spoken = joined({sim::speak("hello"), sim::silence(5s)});
  const std::string short_one = audio(spoken);
  const std::string long_one = audio(joined({spoken, spoken}));
  const std::size_t bytes = spoken.samples.size() * 2;
  CHECK(short_one.size() < 256 * 1024);  // read on the loop, the other one off it
  CHECK(long_one.size() > 256 * 1024);
  client.text(short_one);
  rig.run(100ms);
  CHECK(rig.host->incoming_budget->held() == bytes - net::ByteShare::kFree);
  client.text(long_one);
  rig.run(100ms);
  CHECK(client.last("error")["error"].string() == "resource_exhausted");
  CHECK(client.last("error")["retry_after_ms"].integer() == 1'000);
  rig.run(5s);
  CHECK(client.last("audio_response")["success"].boolean());
  CHECK(rig.host->incoming_budget->held() == 0);
  client.text(long_one);
  rig.run(100ms);
  CHECK(rig.host->incoming_budget->held() == 2 * bytes - net::ByteShare::kFree);
  client.close();
  rig.run(1s);
  CHECK(rig.host->incoming_budget->held() == 0);
}

TEST_CASE("json: a long utterance is read off the loop, and what comes behind it waits its turn") {
  VirtualTimeOptions slow;
  slow.job_cost = 10ms;
  JsonRig rig(echo_agent(), {}, slow);
  FakeConnection& client = rig.connect();
  std::vector<Pcm> parts{sim::speak("one"), sim::silence(30s), sim::speak("two")};
  const std::string message = audio(joined(std::move(parts)));
  CHECK(message.size() > 1'000'000);
  client.text(message);
  client.text(R"({"type":"ping"})");
  rig.run(5ms);
  CHECK(client.types() == "connection");
  rig.run(20ms);
  CHECK(client.types() == "connection audio_ack pong");
  client.text(R"({"type":"ping"})");
  rig.run(0ms);
  CHECK(client.count("pong") == 2);
  rig.run(5s);
  CHECK(client.last("audio_response")["transcribed_text"].string() == "one two");
}

TEST_CASE("json: only so much of all connections waits to be read") {
  VirtualTimeOptions slow;
  slow.job_cost = 10ms;
  JsonRig rig(echo_agent(), {}, slow);
  rig.host->incoming_budget = std::make_shared<net::ByteBudget>(3'000'000);
  FakeConnection& first = rig.connect();
  FakeConnection& second = rig.connect();
  const std::string message = text(std::string(2'000'000, 'x'));
  first.text(message);
  second.text(message);
  rig.run(0ms);
  CHECK(first.count("error") == 0);
  CHECK(second.last("error")["error"].string() == "resource_exhausted");
  rig.run(1s);
  CHECK(rig.host->incoming_budget->held() == 0);
  second.text(message);
  rig.run(1s);
  CHECK(second.last("error")["error"].string() == "invalid_argument");  // it was read
}

TEST_CASE("json: only so much of a connection waits to be read, and a lost one is forgotten") {
  VirtualTimeOptions slow;
  slow.job_cost = 10ms;
  JsonRig rig(echo_agent(), {}, slow);
  FakeConnection& client = rig.connect();
  const std::string message = text(std::string(7 << 20, 'x'));
  for (int i = 0; i < 3; ++i) client.text(message);
  rig.run(0ms);
  CHECK(client.last("error")["error"].string() == "resource_exhausted");
  rig.run(1s);
  CHECK(client.count("error") == 3);  // the texts are too long
  client.text(message);
  client.close();
  rig.run(1s);
  CHECK(client.count("error") == 3);
}

}  // namespace voiceagent::test
