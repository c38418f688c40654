#include "core/context/conversation_context.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;

namespace {

LimitOptions at_most(std::size_t messages) {
  LimitOptions limits;
  limits.max_history_messages = messages;
  return limits;
}

std::string entries(const ConversationContext& context) {
  std::string all;
  for (const ContextEntry& entry : context.entries()) {
    if (!all.empty()) all += " | ";
    all += std::to_string(entry.turn) + (entry.role == Role::kUser ? "u " : "a ") + entry.text +
           (entry.interrupted ? "-" : "");
  }
  return all;
}

std::string messages(ConversationContext& context) {
  std::string all;
  for (const Message& message : context.messages()) {
    if (!all.empty()) all += " | ";
    all += std::string(to_string(message.role)) + ": " + std::string(message.text) +
           (message.interrupted ? "-" : "");
  }
  return all;
}

}  // namespace

TEST_CASE("the model sees the instructions and then the conversation") {
  ConversationContext context("be kind", at_most(10));
  context.add_user(1, "hello");
  context.set_heard(1, "good");
  context.set_heard(1, "good morning");
  context.add_user(2, "bye");
  CHECK(messages(context) == "system: be kind | user: hello | assistant: good morning | user: bye");
  CHECK(entries(context) == "1u hello | 1a good morning | 2u bye");
}

TEST_CASE("without instructions there is no system message") {
  ConversationContext context("", at_most(10));
  CHECK(messages(context) == "");
  context.add_user(1, "hello");
  CHECK(messages(context) == "user: hello");
}

TEST_CASE("a reply of which nothing was heard leaves no entry") {
  ConversationContext context("", at_most(10));
  context.add_user(1, "hello");
  context.set_heard(1, "");
  context.mark_interrupted(1);
  CHECK(entries(context) == "1u hello");
}

TEST_CASE("an interrupted reply says so") {
  ConversationContext context("", at_most(10));
  context.add_user(1, "hello");
  context.set_heard(1, "good");
  context.mark_interrupted(1);
  CHECK(messages(context) == "user: hello | assistant: good-");
}

TEST_CASE("a late report's words go to the turn that they belong to") {
  ConversationContext context("", at_most(10));
  context.add_user(1, "hello");
  context.add_user(2, "wait");
  context.set_heard(1, "good");
  CHECK(entries(context) == "1u hello | 1a good | 2u wait");
  context.set_heard(2, "yes");
  context.set_heard(1, "good morning");
  CHECK(entries(context) == "1u hello | 1a good morning | 2u wait | 2a yes");
}

TEST_CASE("what was said last is answered, also when its turn began before another") {
  ConversationContext context("", at_most(10));
  context.add_user(2, "typed meanwhile");
  context.set_heard(2, "one");
  context.add_user(1, "spoken to the end");
  CHECK(entries(context) == "2u typed meanwhile | 2a one | 1u spoken to the end");
  context.set_heard(1, "two");
  context.set_heard(2, "one more");
  CHECK(entries(context) == "2u typed meanwhile | 2a one more | 1u spoken to the end | 1a two");
}

TEST_CASE("a greeting has no question before it") {
  ConversationContext context("", at_most(10));
  context.add_user(2, "hello");
  context.set_heard(1, "welcome");
  context.set_heard(2, "yes");
  CHECK(entries(context) == "1a welcome | 2u hello | 2a yes");
}

TEST_CASE("only the newest messages are kept, and the instructions always") {
  ConversationContext context("be kind", at_most(4));
  for (TurnId turn = 1; turn <= 5; ++turn) {
    context.add_user(turn, "q" + std::to_string(turn));
    context.set_heard(turn, "r" + std::to_string(turn));
  }
  CHECK(entries(context) == "4u q4 | 4a r4 | 5u q5 | 5a r5");
  CHECK(messages(context) ==
        "system: be kind | user: q4 | assistant: r4 | user: q5 | assistant: r5");
}

TEST_CASE("late words of a turn that is no longer kept don't push out newer ones") {
  ConversationContext context("", at_most(2));
  context.add_user(1, "q1");
  context.add_user(20, "q20");
  context.add_user(21, "q21");
  context.set_heard(1, "late");
  CHECK(entries(context) == "20u q20 | 21u q21");
}

TEST_CASE("a full history takes a late reply into its place") {
  ConversationContext context("", at_most(3));
  context.add_user(1, "q1");
  context.add_user(2, "q2");
  context.add_user(3, "q3");
  context.set_heard(2, "r2");
  CHECK(entries(context) == "2u q2 | 2a r2 | 3u q3");
}

TEST_CASE("at least a question and its answer are kept") {
  ConversationContext context("", at_most(0));
  context.add_user(1, "q1");
  context.set_heard(1, "r1");
  CHECK(entries(context) == "1u q1 | 1a r1");
}

TEST_CASE("the history is bounded by tokens too, about four bytes each") {
  LimitOptions limits;
  limits.max_history_tokens = 100;
  ConversationContext context("", limits);
  for (TurnId turn = 1; turn <= 20; ++turn) {
    context.add_user(turn, "forty bytes of a question about a thing.");
  }
  CHECK(context.entries().size() == 7);  // of 14 tokens each
  CHECK(context.entries().back().turn == 20);
  context.add_user(21, std::string(4'000, 'x'));
  CHECK(context.entries().size() == 2);  // the newest stay whatever their length
}

TEST_CASE("a summary takes the place of the messages that it was made of, and of no others") {
  ConversationContext context("be kind", at_most(8));
  for (TurnId turn = 1; turn <= 6; ++turn) context.add_user(turn, "q" + std::to_string(turn));
  CHECK(context.to_summarise().empty());  // there is room
  context.add_user(7, "q7");
  const auto oldest = context.to_summarise();
  REQUIRE(oldest.size() == 3);
  CHECK(oldest[2].text == "q3");
  CHECK(context.to_summarise().empty());  // one at a time
  context.add_user(8, "q8");
  context.add_user(9, "q9");  // drops q1, which was being summarised
  context.summarise("they asked");
  CHECK(messages(context) ==
        "system: be kind | system: Summary of the conversation before: they asked | user: q4 | "
        "user: q5 | user: q6 | user: q7 | user: q8 | user: q9");
  // The next summary is made of the present one too.
  context.add_user(10, "q10");
  CHECK(context.to_summarise().front().text == "Summary of the conversation before: they asked");
  context.summarise("");  // it failed
  CHECK(context.entries().size() == 7);
}

TEST_CASE("calls of tools stand after the words of their part, their results after them") {
  ConversationContext context("", at_most(10));
  context.add_user(1, "hello");
  context.set_heard(1, "let me", 0);
  context.add_calls(1, 0, {{"a", "book", "{}"}, {"b", "weather", "{}"}});
  CHECK(messages(context) == R"(user: hello | assistant: let me | tool: {"state":"running"} | )"
                             R"(tool: {"state":"running"})");
  context.set_result("b", ToolState::kDone, "sunny");
  context.set_result("a", ToolState::kFailed, "no table");
  context.set_heard(1, "let me see", 0);
  context.set_heard(1, "it is sunny", 1);
  context.add_user(2, "thanks");
  CHECK(messages(context) ==
        "user: hello | assistant: let me see | tool: no table | tool: sunny | "
        "assistant: it is sunny | user: thanks");
  const auto all = context.entries();
  REQUIRE(all.size() == 6);
  CHECK(all[1].calls.size() == 2);
  CHECK(all[2].call_id == "a");
  CHECK(all[2].state == ToolState::kFailed);
  CHECK(all[3].state == ToolState::kDone);
}

TEST_CASE(
    "the model that goes on sees what it has said, heard or not, and nothing that came since") {
  ConversationContext context("be kind", at_most(10));
  context.add_user(1, "hello");
  context.add_calls(1, 0, {{"a", "book", "{}"}});
  context.set_result("a", ToolState::kDone, "booked");
  context.set_heard(1, "one moment", 1);
  context.add_user(2, "and quickly");
  const std::vector<std::size_t> parts{0, 11};
  const std::string text = "let me see. one moment";
  std::string all;
  for (const Message& message : context.messages_of({1, text, parts})) {
    all += std::string(to_string(message.role)) + ": " + std::string(message.text) + " | ";
  }
  CHECK(all == "system: be kind | user: hello | assistant: let me see. | tool: booked | ");
}

TEST_CASE("calls leave the history with their message, and not before they have ended") {
  ConversationContext context("", at_most(2));
  context.add_user(1, "hello");
  context.add_calls(1, 0, {{"a", "book", "{}"}});
  context.add_user(2, "well");
  context.add_user(3, "hm");
  CHECK(messages(context) == "assistant:  | tool: {\"state\":\"running\"} | user: hm");
  context.set_result("a", ToolState::kDone, "late");
  CHECK(messages(context) == "assistant:  | tool: late | user: hm");
  context.add_user(4, "so");
  CHECK(messages(context) == "user: hm | user: so");
}

TEST_CASE("what is being answered stays, with the answer so far; the rest leaves before it") {
  LimitOptions limits;
  limits.max_history_tokens = 1'200;
  ConversationContext context("", limits);
  context.add_user(1, "before");
  context.add_user(2, "look it up");
  context.set_answering(2);
  context.add_calls(2, 0, {{"a", "search", "{}"}});
  context.set_result("a", ToolState::kDone, std::string(3'000, 'x'));
  context.add_calls(2, 1, {{"b", "search", "{}"}});
  context.set_result("b", ToolState::kDone, std::string(3'000, 'y'));
  const auto all = context.entries();
  REQUIRE(all.size() == 5);
  CHECK(all[0].text == "look it up");
  CHECK(all[2].text.size() == 1'024);
  CHECK(all[2].text.ends_with(" [cut: 3000 bytes in all]"));
  CHECK(all[4].text.size() == 3'000);
  context.set_answering(0);
  context.add_user(3, "thanks");
  context.add_user(4, std::string(1'000, 'z'));
  CHECK(context.entries().front().text != "look it up");
}

TEST_CASE("a summary takes nothing that still runs or is being answered") {
  ConversationContext context("", at_most(8));
  for (TurnId turn = 1; turn <= 4; ++turn) context.add_user(turn, "word");
  context.add_calls(3, 0, {{"a", "book", "{}"}});
  for (TurnId turn = 5; turn <= 7; ++turn) context.add_user(turn, "word");
  CHECK(context.to_summarise().size() == 3);
  context.set_answering(2);
  context.summarise("so far");
  CHECK(messages(context).starts_with(
      "system: Summary of the conversation before: so far | user: word | assistant:  | tool: "));
}

TEST_CASE("results count for the history of tokens") {
  LimitOptions limits;
  limits.max_history_tokens = 100;
  ConversationContext context("", limits);
  for (TurnId turn = 1; turn <= 3; ++turn) context.add_user(turn, "hello");
  context.add_calls(3, 0, {{"a", "book", "{}"}});
  CHECK(context.entries().size() == 5);
  context.set_result("a", ToolState::kDone, std::string(400, 'x'));
  CHECK(context.entries().size() == 3);
}
