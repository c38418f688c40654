#include "core/tools/overdue_calls.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/tools/same_json.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxWorking = 64;
constexpr std::size_t kMaxResults = 8;
// Until then "shall I try again?" has been answered; later the same call is a new wish.
constexpr Duration kResultLasts{60'000'000'000};

bool has_result(const OverdueCall& call) { return call.result.has_value(); }

}  // namespace

void OverdueCalls::keep(std::shared_ptr<ToolLine> line) {
  calls_.push_back({std::move(line)});
  if (std::ranges::count_if(calls_, std::not_fn(has_result)) <= std::ptrdiff_t{kMaxWorking}) return;
  const auto oldest = std::ranges::find_if_not(calls_, has_result);
  oldest->line->let_go();
  calls_.erase(oldest);
}

void OverdueCalls::answered(std::uint64_t number, Result<std::string> result, Time now) {
  const auto found = std::ranges::find(
      calls_, number, [](const OverdueCall& call) { return call.line->options().number; });
  if (found == calls_.end()) return;
  OverdueCall call = std::move(*found);
  calls_.erase(found);
  if (!result.ok() || call.line->told_to_stop()) return;
  forget_results(now);
  if (std::ranges::count_if(calls_, has_result) == std::ptrdiff_t{kMaxResults}) {
    calls_.erase(std::ranges::find_if(calls_, has_result));
  }
  call.result = std::move(*result);
  call.came = now;
  calls_.push_back(std::move(call));
}

const OverdueCall* OverdueCalls::find(std::string_view tool, const Json& arguments, Time now) {
  forget_results(now);
  const auto found = std::ranges::find_if(calls_, [&](const OverdueCall& call) {
    const ToolLineOptions& made = call.line->options();
    return made.tool == tool && same_json(made.arguments, arguments);
  });
  return found == calls_.end() ? nullptr : &*found;
}

OverdueCall OverdueCalls::take(const OverdueCall* call) {
  const auto at = calls_.begin() + (call - calls_.data());
  OverdueCall taken = std::move(*at);
  calls_.erase(at);
  return taken;
}

void OverdueCalls::clear() {
  for (const OverdueCall& call : calls_) call.line->let_go();
  calls_.clear();
}

void OverdueCalls::forget_results(Time now) {
  std::erase_if(calls_, [now](const OverdueCall& call) {
    return has_result(call) && now - call.came > kResultLasts;
  });
}

}  // namespace voiceagent
