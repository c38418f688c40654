#include "sim/invariants_tools.h"

#include <map>
#include <string>

namespace voiceagent::sim {

void check_tool_results(const Story& story, const std::vector<ContextEntry>& context,
                        bool may_forget, Findings& findings) {
  std::map<std::string, int> results;  // by call
  std::string owner;                   // the calls that results may follow now, one after another
  const auto wrong = [&](const std::string& call, const std::string& what) {
    findings.add("each call has exactly one result in the context", call + " " + what, story.now());
  };
  for (const ContextEntry& entry : context) {
    if (entry.role == Role::kTool) {
      if (!owner.starts_with(entry.call_id + "\n")) {
        wrong(entry.call_id, "stands where it doesn't belong");
      } else {
        owner.erase(0, entry.call_id.size() + 1);
      }
      ++results[entry.call_id];
      if (entry.state == ToolState::kRunning) wrong(entry.call_id, "is still running");
      if (entry.text.empty() && entry.state != ToolState::kDone) wrong(entry.call_id, "is empty");
      continue;
    }
    if (!owner.empty()) wrong(owner, "has no result after it");
    owner.clear();
    for (const ContextCall& call : entry.calls) owner += call.id + "\n";
  }
  if (!owner.empty()) wrong(owner, "has no result after it");
  for (const auto& [call, count] : results) {
    if (count != 1) wrong(call, "has " + std::to_string(count));
    if (!story.calls().contains(call)) wrong(call, "was never started");
  }
  if (may_forget) return;
  for (const auto& [call, ended] : story.calls()) {
    if (!results.contains(call)) wrong(call, "has none");
  }
}

}  // namespace voiceagent::sim
