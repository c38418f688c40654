// Calls that have ended for the model while their handlers work on: whoever makes the same call
// again gets what becomes of it, so that nothing is done twice.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tools/tool_line.h"

namespace voiceagent {

struct OverdueCall {
  std::shared_ptr<ToolLine> line;
  std::optional<std::string> result{};  // it came after all
  Time came{};
};

// Lives on the session's executor.
class OverdueCalls {
 public:
  OverdueCalls() = default;
  ~OverdueCalls() { clear(); }
  OverdueCalls(const OverdueCalls&) = delete;
  OverdueCalls& operator=(const OverdueCalls&) = delete;

  // Of the oldest ones that are too many nothing is known any more.
  void keep(std::shared_ptr<ToolLine> line);
  // The handler of a kept call, or of one that was forgotten, has answered. A failure, or an answer
  // to a call that was cut off, is no use to anybody.
  void answered(std::uint64_t number, Result<std::string> result, Time now);
  // The call of that tool with the same arguments; null: there is none. Valid until the next call.
  const OverdueCall* find(std::string_view tool, const Json& arguments, Time now);
  // REQUIRES: `call` is what find() has just returned.
  OverdueCall take(const OverdueCall* call);
  void clear();

 private:
  void forget_results(Time now);

  std::vector<OverdueCall> calls_;
};

}  // namespace voiceagent
