// Turn taking as a whole session does it: what the turn manager's own tests can't see.
#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::SessionRig;

namespace {

constexpr const char* kLong =
    "Well, this is a long answer. It goes on for quite a while, so that there is time to say "
    "something during it.";

AgentOptions adaptive(std::string reply) {
  AgentOptions agent = test::scripted_agent(std::move(reply));
  agent.turn.endpointing_min = 200ms;
  agent.turn.endpointing_max = 1500ms;
  agent.turn.preemptive_replies = 3;
  return agent;
}

bool contains(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a reply that was prepared leaves with the decision that the turn is over") {
  AgentOptions agent = adaptive("Sure, here it comes.");
  agent.llm.instance = sim::scripted_llm(sim::fixed_reply("Sure, here it comes.", 100ms));
  SessionRig rig(std::move(agent));
  rig.say("what time is it");
  rig.wait(1s);
  CHECK(rig.count("reply_started") == 1);
  // The model's 100 ms passed while the silence did.
  CHECK(rig.when("playback_started") - rig.when("turn_ended") <= 1ms);
  CHECK(rig.settle());
  CHECK(rig.dialogue() == "user: what time is it | assistant: Sure, here it comes.");
}

TEST_CASE("a reply that was prepared for nothing leaves no trace") {
  SessionRig rig(adaptive("Yes."));
  rig.say("what time is it");
  rig.wait(120ms);  // it seemed complete, and a reply was under way
  rig.say("in paris");
  rig.wait(100ms);
  CHECK(rig.count("reply_started") == 0);
  CHECK(rig.count("reply_delta") == 0);
  CHECK(rig.count("speech_segment") == 0);
  CHECK(rig.settle());
  CHECK(rig.count("reply_started") == 1);
  CHECK(rig.dialogue() == "user: what time is it in paris | assistant: Yes.");
}

TEST_CASE("an unfinished thought is waited for, a finished one is answered at once") {
  SessionRig done(adaptive("Yes."));
  done.say("reset the panel");
  CHECK(done.settle());
  SessionRig open(adaptive("Yes."));
  open.say("i want to reset the");
  open.wait(600ms);
  CHECK(open.count("turn_ended") == 0);
  open.say("panel");
  CHECK(open.settle());
  CHECK(open.count("turn_ended") == 1);
  CHECK(done.when("turn_ended") - done.when("speech_stopped") < 500ms);
  CHECK(open.when("turn_ended") > done.when("turn_ended"));
}

TEST_CASE("a back-channel during a reply costs a pause, and is no turn") {
  SessionRig rig(adaptive(kLong));
  rig.say("tell me");
  rig.wait(2s);
  rig.say("mm-hm");
  CHECK(rig.settle());
  CHECK(rig.count("interrupted") == 0);
  CHECK(rig.count("playback_paused") == 1);
  CHECK(rig.count("playback_resumed") == 1);
  CHECK(contains(rig.json("turn_dropped"), R"("text":"mm-hm")"));
  CHECK(rig.dialogue() == "user: tell me | assistant: " + std::string(kLong));
  CHECK(rig.far_end->heard() == kLong);
}

TEST_CASE("a word with digits is no back-channel") {
  SessionRig rig(adaptive(kLong));
  rig.say("tell me");
  rig.wait(2s);
  rig.say("ok4u");
  CHECK(rig.settle());
  CHECK(rig.count("turn_dropped") == 0);
  CHECK(rig.count("interrupted") == 1);
}

TEST_CASE("a back-channel at the end of a question is the answer to it") {
  SessionRig rig(adaptive("Is that what you want?"));
  rig.say("tell me");
  rig.wait(1200ms);  // the question lasts 1.3 s
  rig.say("yeah");
  CHECK(rig.settle());
  CHECK(contains(rig.dialogue(), "assistant: Is that what you want? | user: yeah | assistant"));
}

TEST_CASE("other words during a reply interrupt it") {
  SessionRig rig(adaptive(kLong));
  rig.say("tell me");
  rig.wait(2s);
  rig.say("stop that now");
  CHECK(rig.settle());
  CHECK(rig.count("interrupted") == 1);
  CHECK(contains(rig.json("interrupted"), R"("by_turn":2)"));
}

TEST_CASE("a typed line may wait for the end of a reply") {
  AgentOptions agent = adaptive(kLong);
  agent.turn.typed_text = TypedText::kQueue;
  SessionRig rig(std::move(agent));
  rig.say("tell me");
  rig.wait(1s);
  REQUIRE(rig.session->push_text("and then").ok());
  CHECK(rig.settle());
  CHECK(rig.count("interrupted") == 0);
  CHECK(rig.dialogue() == "user: tell me | assistant: " + std::string(kLong) +
                              " | user: and then | assistant: " + kLong);
}

TEST_CASE("what the host wants said waits until nobody speaks, and is said in order") {
  SessionRig rig(adaptive("Yes."));
  rig.say("tell");
  REQUIRE(rig.session->say("First.").ok());
  REQUIRE(rig.session->say("Second.").ok());
  rig.say("me");
  CHECK(rig.settle());
  CHECK(rig.dialogue() ==
        "user: tellme | assistant: Yes. | assistant: First. | assistant: Second.");
  CHECK(rig.far_end->heard() == "Yes. First. Second.");
}

TEST_CASE("too much to say is refused") {
  SessionRig rig(adaptive("Yes."));
  REQUIRE(rig.session->say("Hello, hello, hello.").ok());
  for (int i = 0; i < 16; ++i) REQUIRE(rig.session->say("One more.").ok());
  CHECK(rig.session->say("Too much.").code() == ErrorCode::kResourceExhausted);
  CHECK(rig.session->say("").code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("an uninterruptible text is heard to its end, and who went on speaking is heard then") {
  SessionRig rig(adaptive("Yes."));
  REQUIRE(rig.session->say("This must be heard.", {false}).ok());
  rig.wait(300ms);
  rig.say("hello, is there somebody who listens");
  CHECK(rig.settle());
  CHECK(rig.count("interrupted") == 0);
  CHECK(rig.count("playback_paused") == 0);
  CHECK(contains(rig.dialogue(), "assistant: This must be heard. | user: "));
  CHECK(contains(rig.dialogue(), "somebody who listens | assistant: Yes."));
}

TEST_CASE("keys make a turn: when the terminator comes, or no other key") {
  AgentOptions agent = adaptive(kLong);
  SessionRig rig(std::move(agent));
  rig.say("tell me");
  rig.wait(1s);
  REQUIRE(rig.session->push_dtmf("1").ok());
  CHECK(rig.count("interrupted") == 1);  // at once, by the first
  rig.wait(500ms);
  REQUIRE(rig.session->push_dtmf("23#").ok());
  CHECK(contains(rig.json("turn_ended"), R"("reason":"dtmf","text":"123")"));
  rig.wait(500ms);
  REQUIRE(rig.session->push_dtmf("7").ok());
  rig.wait(1900ms);
  CHECK(rig.count("turn_ended") == 2);
  rig.wait(200ms);
  CHECK(contains(rig.json("turn_ended"), R"("reason":"dtmf","text":"7")"));
}

TEST_CASE("a silent user is prompted, and then hung up on") {
  AgentOptions agent = adaptive("Yes.");
  agent.turn.idle_after = 5s;
  agent.turn.idle_prompts = {"Are you there?", "Hello?"};
  agent.turn.idle_hang_up = true;
  SessionRig rig(std::move(agent));
  rig.wait(5100ms);
  CHECK(rig.count("user_away") == 1);
  CHECK(contains(rig.json("user_away"), R"("silence_ms":5000.0)"));
  rig.wait(12s);
  CHECK(rig.far_end->heard() == "Are you there? Hello?");
  rig.wait(6s);
  CHECK(rig.session->closed());
  CHECK(contains(rig.json("session_closed"), R"("reason":"idle")"));
}

TEST_CASE("a user who is back is not hung up on") {
  AgentOptions agent = adaptive("Yes.");
  agent.turn.idle_after = 5s;
  agent.turn.idle_prompts = {"Are you there?"};
  agent.turn.idle_hang_up = true;
  SessionRig rig(std::move(agent));
  rig.wait(7s);
  rig.say("i am here");
  rig.wait(4s);
  CHECK(rig.count("user_back") == 1);
  CHECK_FALSE(rig.session->closed());
  CHECK(contains(rig.dialogue(), "assistant: Are you there? | user: i am here | assistant: Yes."));
}

TEST_CASE("noise is no sign of life") {
  AgentOptions agent = adaptive("Yes.");
  agent.turn.idle_after = 5s;
  agent.turn.idle_hang_up = true;
  SessionRig rig(std::move(agent));
  for (int i = 0; i < 8; ++i) {
    rig.noise(200ms);
    rig.wait(700ms);
  }
  CHECK(rig.session->closed());
}

TEST_CASE("a session has its limit") {
  AgentOptions agent = adaptive(kLong);
  agent.limits.max_session = 3s;
  SessionRig rig(std::move(agent));
  rig.say("tell me");
  rig.wait(3s);
  CHECK(rig.session->closed());
  CHECK(contains(rig.json("session_closed"), R"("reason":"limit")"));
}

TEST_CASE("muted until the first reply: the greeting is not interrupted") {
  AgentOptions agent = adaptive("Yes.");
  agent.greeting = "Welcome to the service, dear caller.";
  agent.turn.mute_until_first_reply = true;
  SessionRig rig(std::move(agent));
  rig.say("hello hello");
  CHECK(rig.settle());
  CHECK(rig.count("interrupted") == 0);
  rig.say("hello");
  CHECK(rig.settle());
  CHECK(contains(rig.dialogue(), "dear caller. | user: hello | assistant: Yes."));
}

TEST_CASE("the host decides: what is said during a reply is answered after it, or interrupts") {
  AgentOptions agent = adaptive(kLong);
  agent.turn.interruption = InterruptionMode::kHost;
  SessionRig rig(std::move(agent));
  rig.say("tell me");
  rig.wait(1s);
  rig.say("and another thing");
  SECTION("after it") {
    CHECK(rig.settle());
    CHECK(rig.count("interrupted") == 0);
    CHECK(rig.count("playback_paused") == 0);
    CHECK(contains(rig.dialogue(), std::string(kLong) + " | user: and another thing | assist"));
  }
  SECTION("the host interrupts") {
    rig.wait(400ms);
    rig.session->interrupt();
    rig.wait(2s);
    CHECK(rig.count("interrupted") == 1);
    CHECK(rig.count("reply_started") == 2);
  }
}

TEST_CASE("push-to-talk: only the host ends a turn") {
  AgentOptions agent = adaptive("Yes.");
  agent.turn.manual_end = true;
  SessionRig rig(std::move(agent));
  rig.say("first part");
  rig.wait(5s);
  CHECK(rig.count("turn_ended") == 0);
  rig.say("second part");
  rig.session->commit_turn();
  CHECK(rig.settle());
  CHECK(rig.dialogue() == "user: first part second part | assistant: Yes.");
}

TEST_CASE("who speaks on beyond the utterance's limit begins another turn") {
  AgentOptions agent = adaptive("Yes.");
  agent.limits.max_utterance = 2s;
  SessionRig rig(std::move(agent));
  rig.say("this is a caller who does not leave a pause between the words at all");
  CHECK(rig.settle());
  CHECK(rig.count("turn_ended") >= 2);
  std::string said;
  for (const ContextEntry& entry : rig.session->context()) {
    if (entry.role != Role::kUser) continue;
    for (const char c : entry.text) {
      if (c != ' ') said += c;  // a cut may go through a word
    }
  }
  CHECK(said == "thisisacallerwhodoesnotleaveapausebetweenthewordsatall");
}

TEST_CASE("a report that comes when the next reply runs still counts for the one before") {
  AgentOptions agent = adaptive(kLong);
  sim::FarEndOptions far;
  far.delay = 600ms;
  SessionRig rig(std::move(agent), {}, far);
  rig.say("tell me");
  rig.wait(4s);
  REQUIRE(rig.session->push_text("stop").ok());
  rig.wait(100ms);
  rig.run(5s);
  const std::vector<ContextEntry> context = rig.session->context();
  REQUIRE(context.size() >= 2);
  const std::string heard = rig.far_end->heard();
  CAPTURE(heard, context[1].text);
  CHECK(heard.starts_with(context[1].text));
  CHECK(context[1].interrupted);
  // To the word: one more may have been begun, and that is all.
  const std::string rest = std::string(kLong).substr(context[1].text.size() + 1);
  CHECK_FALSE(heard.starts_with(context[1].text + " " + rest.substr(0, rest.find(' ') + 2)));
}

namespace {

// Answers "Yes.", and knows a summary when one is asked for.
AgentOptions forgetful(const std::shared_ptr<std::vector<std::string>>& asked, bool fails) {
  AgentOptions agent = adaptive("Yes.");
  agent.summarise_history = true;
  agent.limits.max_history_messages = 8;
  agent.resilience.first_token = 1s;
  agent.llm.instance = sim::scripted_llm([=](std::span<const Message> messages) {
    const bool summary = contains(std::string(messages.front().text), "Summarise");
    if (!summary) {
      std::string all;
      for (const Message& message : messages) all += std::string(message.text) + "|";
      asked->push_back(all);
    }
    if (summary && fails) return std::vector<sim::LlmStep>{{20s, "too late"}};
    return std::vector<sim::LlmStep>{{10ms, summary ? "They talked." : "Yes."}};
  });
  return agent;
}

}  // namespace

TEST_CASE("what leaves the history is kept as a summary, which the model is told") {
  const auto asked = std::make_shared<std::vector<std::string>>();
  SessionRig rig(forgetful(asked, false));
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(rig.session->push_text("question " + std::to_string(i)).ok());
    rig.run(3s);
  }
  CHECK(rig.count("history_summarised") >= 1);
  CHECK(contains(rig.json("history_summarised"), R"("text":"They talked.")"));
  CHECK(contains(asked->back(), "Summary of the conversation before: They talked.|"));
  CHECK_FALSE(contains(asked->back(), "question 1|"));
  CHECK(contains(asked->back(), "question 4|Yes.|question 5|"));
}

TEST_CASE("a summary that fails costs nothing but itself") {
  const auto asked = std::make_shared<std::vector<std::string>>();
  SessionRig rig(forgetful(asked, true));
  for (int i = 1; i <= 6; ++i) {
    REQUIRE(rig.session->push_text("question " + std::to_string(i)).ok());
    rig.run(3s);
  }
  CHECK(rig.count("history_summarised") == 0);
  CHECK(rig.count("warning") >= 1);
  CHECK(contains(asked->back(), "question 5|Yes.|question 6|"));
}

TEST_CASE("one summary is written at a time, however fast the history grows meanwhile") {
  int summaries = 0;
  AgentOptions agent = adaptive("");
  agent.mode = Mode::kTextToText;
  agent.summarise_history = true;
  agent.limits.max_history_messages = 8;
  agent.llm.instance = sim::scripted_llm([&](std::span<const Message> messages) {
    const bool summary = contains(std::string(messages.front().text), "Summarise");
    summaries += summary ? 1 : 0;
    return std::vector<sim::LlmStep>{{summary ? Duration(5s) : Duration(10ms), "Yes."}};
  });
  SessionRig rig(std::move(agent));
  for (int i = 0; i < 20; ++i) {
    REQUIRE(rig.session->push_text("question").ok());
    rig.run(200ms);
  }
  CHECK(summaries == 1);
  rig.run(2s);
  CHECK(rig.count("history_summarised") == 1);
}

TEST_CASE("a session that closes while a summary is made closes at once") {
  const auto asked = std::make_shared<std::vector<std::string>>();
  SessionRig rig(forgetful(asked, true));
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(rig.session->push_text("question " + std::to_string(i)).ok());
    rig.run(700ms);
  }
  rig.session->close();
  rig.run(10ms);
  CHECK(rig.session->closed());
}
