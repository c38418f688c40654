#include "transports/dialogue/dialogues.h"

#include <string>

#include "support/catch.h"
#include "support/puppet_providers.h"
#include "unit/transports/dialogue/dialogue_rig.h"

namespace voiceagent::test {

using transports::DialogueOptions;

TEST_CASE("dialogue: a text is answered, and the session is named") {
  DialogueRig rig;
  const auto answer = rig.ask("", "hello");
  CHECK(rig.refusal.ok());
  CHECK_FALSE(answer->came);  // never inside ask()
  rig.run(1s);
  REQUIRE(answer->came);
  CHECK(answer->answer.status.ok());
  CHECK(answer->answer.transcript == "hello");
  CHECK(answer->answer.reply == "You said hello.");
  CHECK(answer->answer.session_id.size() == 26);
  CHECK(rig.host.opened == std::vector<std::string>{answer->answer.session_id});
}

TEST_CASE("dialogue: one conversation a session id") {
  AgentOptions agent = scripted_agent("");
  agent.llm.instance = sim::scripted_llm([](std::span<const Message> messages) {
    return std::vector<sim::LlmStep>{{1ms, std::to_string(messages.size())}};
  });
  DialogueRig rig(agent);
  rig.ask("a", "one");
  rig.run(1s);
  const auto second = rig.ask("a", "two");
  const auto other = rig.ask("b", "one");
  rig.run(1s);
  CHECK(second->answer.reply == "3");
  CHECK(other->answer.reply == "1");
  CHECK(rig.host.dialogues().size() == 2);
}

TEST_CASE("dialogue: requests of one session in order, those of others side by side") {
  DialogueRig rig(echo_agent(1s));
  const auto first = rig.ask("a", "1");
  const auto second = rig.ask("a", "2");
  const auto third = rig.ask("a", "3");
  const auto other = rig.ask("b", "4");
  rig.run(20s);
  CHECK(first->at == 2s);
  CHECK(second->at == 4s);
  CHECK(third->at == 6s);
  CHECK(other->at == 2s);
  CHECK(third->answer.reply == "You said 3.");
}

TEST_CASE("dialogue: an utterance is understood and answered, faster than it was spoken") {
  DialogueRig rig;
  const auto answer = rig.hear(
      "a", joined({sim::silence(300ms), sim::speak("what time is it"), sim::silence(300ms)}));
  rig.run(500ms);
  REQUIRE(answer->came);
  CHECK(answer->answer.status.ok());
  CHECK(answer->answer.transcript == "what time is it");
  CHECK(answer->answer.reply == "You said what time is it.");
}

TEST_CASE("dialogue: pauses don't end an utterance, and 60 s of it are taken") {
  DialogueRig rig;
  std::vector<Pcm> parts;
  std::string words;
  for (int i = 0; i < 9; ++i) {
    parts.push_back(sim::speak("part " + std::to_string(i)));
    parts.push_back(sim::silence(6s));
    words += (i == 0 ? "part " : " part ") + std::to_string(i);
  }
  const auto answer = rig.hear("a", joined(std::move(parts)));
  CHECK(rig.refusal.ok());
  rig.run(5s);
  REQUIRE(answer->came);
  CHECK(answer->answer.transcript == words);
}

TEST_CASE(
    "dialogue: utterances that begin and end in the middle of speech don't touch each other") {
  DialogueRig rig;
  const auto first = rig.hear("a", sim::speak("first"));
  const auto second = rig.hear("a", sim::speak("second"));
  const auto text = rig.ask("a", "third");
  const auto fourth = rig.hear("a", sim::speak("fourth"));
  rig.run(5s);
  CHECK(first->answer.transcript == "first");
  CHECK(second->answer.transcript == "second");
  CHECK(text->answer.reply == "You said third.");
  CHECK(fourth->answer.transcript == "fourth");
}

TEST_CASE("dialogue: an utterance without words says so, and the next one is understood") {
  DialogueRig rig;
  Pcm noise = sim::silence(2s);
  for (std::size_t i = 0; i < noise.samples.size(); ++i) {
    noise.samples[i] = i % 2 == 0 ? std::int16_t{20'000} : std::int16_t{-20'000};
  }
  const auto silent = rig.hear("a", sim::silence(3s));
  const auto noisy = rig.hear("a", noise);
  const auto good = rig.hear("a", sim::speak("hello"));
  rig.run(5s);
  for (const auto& answer : {silent, noisy}) {
    REQUIRE(answer->came);
    CHECK(answer->answer.status.code() == ErrorCode::kInvalidArgument);
    CHECK(answer->answer.status.message() == "no words were understood in the audio");
    CHECK(answer->answer.reply.empty());
  }
  CHECK(good->answer.transcript == "hello");
}

TEST_CASE("dialogue: an utterance of any rate comes to the recogniser whole") {
  std::int64_t heard = 0;
  AgentOptions agent = echo_agent();
  agent.stt.instance = stt_from_function([&heard](AudioView audio) {
    heard = static_cast<std::int64_t>(audio.samples.size());
    return Result<OwnedTranscript>(OwnedTranscript{"words", 1.0F});
  });
  DialogueRig rig(agent);
  for (const int rate : {8'000, 44'100, 48'000}) {
    Pcm audio = sim::speak(std::string(20, 'x'), rate);  // 1.2 s
    const auto answer = rig.hear("a", std::move(audio));
    rig.run(2s);
    CHECK(answer->answer.transcript == "words");
    CHECK(heard > 1'100 * 16);
  }
}

TEST_CASE("dialogue: the pieces of a reply come before its answer, where they are wanted") {
  DialogueRig rig(echo_agent(100ms));
  auto answer = std::make_shared<DialogueRig::Answer>();
  transports::DialogueRequest request = rig.request("a", answer);
  request.text = "hi";
  request.on_delta = [answer](std::string_view piece) {
    CHECK_FALSE(answer->came);
    answer->deltas += std::string(piece) + '|';
  };
  CHECK(rig.host.dialogues().ask(std::move(request)).ok());
  rig.run(150ms);
  CHECK(answer->deltas == "You said |");
  rig.run(1s);
  CHECK(answer->deltas == "You said |hi.|");
  CHECK(answer->answer.reply == "You said hi.");
}

TEST_CASE("dialogue: what can't be asked is refused at once") {
  DialogueRig rig;
  rig.ask("a", "  ");
  CHECK(rig.refusal.code() == ErrorCode::kInvalidArgument);
  rig.ask("a", std::string(20'000, 'x'));
  CHECK(rig.refusal.message().find("20000 bytes") != std::string::npos);
  rig.hear("a", {{}, 16'000});
  CHECK(rig.refusal.message() == "the audio is empty");
  rig.hear("a", {{1, 2, 3}, 1'000});
  CHECK(rig.refusal.message().find("from 4000 to 192000") != std::string::npos);
  rig.hear("a", sim::silence(61s));
  CHECK(rig.refusal.message() == "the audio is longer than 60 s");
  CHECK(rig.host.dialogues().size() == 0);
}

TEST_CASE("dialogue: somebody else's session does not exist") {
  DialogueRig rig;
  rig.ask("a", "hello");
  rig.run(1s);
  rig.ask("a", "let me in", "bob");
  CHECK(rig.refusal.code() == ErrorCode::kNotFound);
  CHECK(rig.refusal.message() == "there is no session a");
  CHECK(rig.host.dialogues().interrupt({"bob", false}, "a").code() == ErrorCode::kNotFound);
  CHECK(rig.host.dialogues().context({"bob", false}, "a", rig.time, [](auto) {}).code() ==
        ErrorCode::kNotFound);
}

TEST_CASE("dialogue: a session that is being streamed is not opened a second time") {
  DialogueRig rig;
  CHECK(rig.host.sessions().add("live", {rig.time, {}, {"alice", false}}).ok());
  rig.ask("live", "hello");
  CHECK(rig.refusal.code() == ErrorCode::kFailedPrecondition);
  CHECK(rig.refusal.message() ==
        "the session live is being streamed: send it `text` over WS /ws/stream");
  CHECK(rig.host.dialogues().interrupt({"alice", false}, "live").code() ==
        ErrorCode::kFailedPrecondition);
  CHECK(rig.host.dialogues().context({"alice", false}, "live", rig.time, [](auto) {}).code() ==
        ErrorCode::kFailedPrecondition);
  rig.ask("live", "let me in", "bob");
  CHECK(rig.refusal.message() == "there is no session live");
  CHECK(rig.host.dialogues().size() == 0);
  rig.host.sessions().remove("live");
  const auto answer = rig.ask("live", "hello");
  rig.run(1s);
  CHECK(answer->answer.reply == "You said hello.");
}

TEST_CASE("dialogue: a session's queue is bounded, and empties") {
  DialogueOptions options;
  options.max_queued = 3;
  DialogueRig rig(echo_agent(1s), options);
  std::vector<DialogueRig::AnswerPtr> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(rig.ask("a", "x"));
  CHECK(rig.refusal.ok());
  rig.ask("a", "x");
  CHECK(rig.refusal.code() == ErrorCode::kResourceExhausted);
  rig.run(2500ms);
  CHECK(answers[0]->came);
  rig.ask("a", "x");
  CHECK(rig.refusal.ok());
}

TEST_CASE(
    "dialogue: an answer that doesn't come in time is a timeout; the next request is served") {
  DialogueOptions options;
  options.deadline = 5s;
  AgentOptions agent = echo_agent();
  agent.llm.instance = sim::scripted_llm([](std::span<const Message> messages) {
    const bool slow = messages.back().text == "slow";
    return std::vector<sim::LlmStep>{{slow ? Duration(10s) : Duration(1ms), "Here."}};
  });
  DialogueRig rig(agent, options);
  const auto slow = rig.ask("a", "slow");
  rig.run(1s);
  const auto next = rig.ask("a", "quick");
  rig.run(10s);
  CHECK(slow->answer.status.code() == ErrorCode::kTimeout);
  CHECK(slow->at == 5s);
  CHECK(slow->answer.transcript == "slow");
  CHECK(next->answer.reply == "Here.");
  CHECK(next->at < 6s);
}

TEST_CASE("dialogue: a recogniser that never answers costs its request, not the session") {
  auto stt = std::make_shared<SttPuppet>();
  AgentOptions agent = echo_agent();
  agent.stt.instance = stt;
  DialogueOptions options;
  options.deadline = 5s;
  DialogueRig rig(agent, options);
  const auto hung = rig.hear("a", sim::speak("hello"));
  rig.run(4s);
  const auto next = rig.ask("a", "still there");
  rig.run(10s);
  CHECK(hung->answer.status.code() == ErrorCode::kTimeout);
  CHECK(next->answer.reply == "You said still there.");
}

TEST_CASE("dialogue: interrupt answers the running request and no other") {
  DialogueRig rig(echo_agent(5s));
  const auto first = rig.ask("a", "1");
  const auto second = rig.ask("a", "2");
  rig.run(1s);
  CHECK(rig.host.dialogues().interrupt({"alice", false}, "a").ok());
  rig.run(20s);
  CHECK(first->answer.status.code() == ErrorCode::kCancelled);
  CHECK(first->at == 1s);
  CHECK(second->answer.reply == "You said 2.");
  CHECK(rig.host.dialogues().interrupt({"alice", false}, "a").ok());
  CHECK(rig.host.dialogues().interrupt({"alice", false}, "nobody").code() == ErrorCode::kNotFound);
}

TEST_CASE("dialogue: a request that nobody wants any more is given up, and no other") {
  DialogueRig rig(echo_agent(1s));
  const auto first = rig.ask("s", "one");
  const auto running = *rig.asked;
  const auto second = rig.ask("s", "two");
  const auto waiting = *rig.asked;
  const auto third = rig.ask("s", "three");
  rig.run(500ms);
  waiting.cancel();
  running.cancel();
  rig.run(0ms);
  CHECK(first->answer.status.code() == ErrorCode::kCancelled);
  rig.run(10s);
  CHECK(second->answer.status.code() == ErrorCode::kCancelled);
  CHECK(third->answer.reply == "You said three.");
  rig.asked->cancel();  // it has its answer
  const auto fourth = rig.ask("s", "four");
  rig.run(10s);
  CHECK(fourth->answer.reply == "You said four.");
}

TEST_CASE("dialogue: what fails is told with what is known") {
  AgentOptions agent = echo_agent();
  sim::LlmDelivery broken;
  broken.faults.refused_start = 1.0;
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply("x"), broken);
  DialogueRig rig(agent);
  const auto answer = rig.hear("a", sim::speak("hello"));
  rig.run(5s);
  CHECK_FALSE(answer->answer.status.ok());
  CHECK(answer->answer.transcript == "hello");
}

TEST_CASE(
    "dialogue: a reply with which the agent ends the call is the answer, and one may call again") {
  AgentOptions agent = scripted_agent("");
  Tool hang_up;
  hang_up.name = "hang_up";
  hang_up.effect = ToolEffect::kEndCall;
  agent.tools.push_back(hang_up);
  agent.llm.instance = sim::scripted_llm([](std::span<const Message> messages) {
    if (messages.back().text != "bye") return std::vector<sim::LlmStep>{{10ms, "Hello again."}};
    return std::vector<sim::LlmStep>{{10ms, "Goodbye!"}, {0ms, "", {"", "hang_up", "{}"}}};
  });
  DialogueRig rig(agent);
  const auto bye = rig.ask("a", "bye");
  const auto again = rig.ask("a", "hello");
  rig.run(5s);
  REQUIRE(bye->came);
  CHECK(bye->answer.status.message().empty());
  CHECK(bye->answer.reply == "Goodbye!");
  CHECK(again->answer.reply == "Hello again.");
  CHECK(rig.host.opened == std::vector<std::string>{"a", "a"});
}

TEST_CASE("dialogue: the conversation so far can be asked for") {
  DialogueRig rig;
  rig.ask("a", "hello");
  rig.run(1s);
  std::string told;
  const auto tell = [&told](const std::vector<ContextEntry>& entries) {
    for (const ContextEntry& entry : entries) told += entry.text + '|';
    told += '.';
  };
  CHECK(rig.host.dialogues().context({"alice", false}, "a", rig.time, tell).ok());
  CHECK(rig.host.dialogues().context({"alice", false}, "nobody", rig.time, tell).code() ==
        ErrorCode::kNotFound);
  CHECK(told.empty());
  rig.run(0ms);
  CHECK(told == "hello|You said hello.|.");
}

TEST_CASE("dialogue: who says nothing for long is forgotten, who talks isn't") {
  DialogueRig rig;
  rig.ask("quiet", "hello");
  rig.ask("busy", "hello");
  for (int i = 0; i < 4; ++i) {
    rig.run(10min);
    rig.ask("busy", "more");
  }
  rig.run(1s);
  CHECK(rig.host.dialogues().size() == 1);
  rig.run(31min);
  CHECK(rig.host.dialogues().size() == 0);
}

TEST_CASE("dialogue: the longest idle session makes room; busy ones don't") {
  DialogueOptions options;
  options.max_sessions = 2;
  DialogueRig rig(echo_agent(1s), options);
  rig.ask("a", "1");
  rig.ask("b", "1");
  rig.ask("c", "1");
  CHECK(rig.refusal.code() == ErrorCode::kResourceExhausted);
  rig.run(3s);
  rig.ask("a", "2");
  rig.run(3s);
  rig.ask("c", "1");  // b goes
  CHECK(rig.refusal.ok());
  rig.run(3s);
  std::string told;
  CHECK(rig.host.dialogues()
            .context({"alice", false}, "a", rig.time,
                     [&told](const auto& entries) { told = std::to_string(entries.size()); })
            .ok());
  rig.run(0ms);
  CHECK(told == "4");
  CHECK(rig.host.dialogues().size() == 2);
}

TEST_CASE("dialogue: a shut-down answers what waits, and takes nothing more") {
  DialogueRig rig(echo_agent(1s));
  const auto running = rig.ask("a", "1");
  const auto waiting = rig.ask("a", "2");
  rig.run(100ms);
  rig.host.dialogues().close();
  rig.run(1s);
  CHECK(running->answer.status.code() == ErrorCode::kUnavailable);
  CHECK(waiting->answer.status.code() == ErrorCode::kUnavailable);
  rig.ask("b", "3");
  CHECK(rig.refusal.code() == ErrorCode::kUnavailable);
}

TEST_CASE("dialogue: its agent is the first one, patient and silent") {
  AgentOptions agent = scripted_agent("x");
  agent.greeting = "Welcome!";
  agent.instructions = "be brief";
  agent.turn.idle_after = 5s;
  DialogueRig rig(agent);
  const AgentOptions made = transports::utterance_agent_options(rig.host.agent());
  CHECK(made.greeting.empty());
  CHECK(made.instructions == "be brief");
  CHECK(made.turn.manual_end);
  CHECK(made.llm.instance == rig.host.agent().providers().llm);
}

}  // namespace voiceagent::test
