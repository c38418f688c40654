// The table of states, facts and commands in docs/design/turn-table.md is what the turn manager
// does: made anew from it here, cell by cell.
#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>

#include "support/catch.h"
#include "unit/core/turn/stimuli.h"

using namespace voiceagent;
using test::TurnDesk;

namespace {

using Row = std::tuple<UserPhase, bool, bool, AgentPhase, bool, bool>;

Row row_of(const TurnState& s) {
  const bool stands = s.user == UserPhase::kFinalizing && s.end_stands && !s.settled;
  return {s.user, s.settled, stands, s.agent, s.tools, s.held};
}

std::string name_of(const Row& row) {
  static const std::array<std::string, 4> kUser{"silent", "speaking", "trailing", "finalizing"};
  const auto& [user, settled, stands, agent, tools, held] = row;
  std::string name = kUser[static_cast<std::size_t>(user)];
  if (settled) name += " (settled)";
  if (stands) name += " (end stands)";
  name += agent == AgentPhase::kIdle ? ", idle" : ", replying";
  if (tools) name += " (tools)";
  return held ? name + " (held)" : name;
}

// "set end 1800, reply 2" without its numbers, which depend on the way to the state.
std::string without_numbers(const std::string& commands) {
  std::string words;
  for (const char c : commands) {
    const bool digit = c >= '0' && c <= '9';
    if (digit) continue;
    if (c == ',' && !words.empty() && words.back() == ' ') words.pop_back();
    words += c;
  }
  while (!words.empty() && words.back() == ' ') words.pop_back();
  const std::string by = " by";
  for (std::size_t at = words.find(by); at != std::string::npos; at = words.find(by, at)) {
    words.erase(at, by.size());
    while (at > 0 && words[at - 1] == ' ') words.erase(--at, 1);
  }
  return words;
}

void write_row(std::ostream& out, const std::string& name, const Row& before,
               const TurnDesk& desk) {
  const Row after = row_of(desk.state());
  const std::string commands = without_numbers(desk.said);
  if (commands.empty() && after == before) return;  // nothing happens
  out << "| " << name << " | " << commands << " | " << (after == before ? "" : name_of(after))
      << " |\n";
}

std::string table() {
  std::map<Row, TurnDesk> states;
  for (const TurnDesk& desk : test::reachable(TurnOptions())) {
    states.emplace(row_of(desk.state()), desk);  // the first way there is the shortest
  }
  static const std::array<std::string, kTurnTimers> kTimers{
      "end of turn", "final", "interruption", "max utterance", "idle", "keys", "max session"};
  std::ostringstream out;
  out << "# Every state of the turn manager, and what each fact does in it\n\n"
         "Made from the turn manager itself, with its default options and strategies; a test\n"
         "compares. A fact that is not listed changes nothing and commands nothing. Of states "
         "that\n"
         "differ in what is remembered only (keys, drafts, texts that wait) the simplest stands.\n";
  for (const auto& [row, desk] : states) {
    out << "\n## " << name_of(row) << "\n\n| fact | commands | then |\n|---|---|---|\n";
    for (const test::Stimulus& stimulus : test::stimuli(desk)) {
      TurnDesk copy = desk;
      test::apply(copy, stimulus);
      CHECK(copy.broken == "");
      write_row(out, stimulus.name, row, copy);
    }
    for (std::size_t timer = 0; timer < kTurnTimers; ++timer) {
      if (!desk.timer(static_cast<TurnTimer>(timer))) continue;
      TurnDesk copy = desk;
      copy.ring(static_cast<TurnTimer>(timer));
      CHECK(copy.broken == "");
      write_row(out, "timer: " + kTimers[timer], row, copy);
    }
  }
  return out.str();
}

}  // namespace

TEST_CASE("the table of states in the documentation is the turn manager's") {
  const std::string made = table();
  std::ifstream file(std::string(VA_TEST_DATA_DIR) + "/../../docs/design/turn-table.md");
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  const bool same = written == made;
  if (!same) std::ofstream("turn-table.md") << made;
  INFO("docs/design/turn-table.md is stale: replace it by turn-table.md in the folder of this run");
  CHECK(same);
}
