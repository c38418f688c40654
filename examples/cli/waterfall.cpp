#include "waterfall.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

namespace cli {

namespace va = voiceagent;

namespace {

constexpr int kWidth = 40;  // characters for the longest stage

struct Stage {
  std::string_view name;
  va::Duration at;  // after the end of speech; negative: did not happen
};

}  // namespace

std::string draw_waterfall(const va::event::TurnMetrics& metrics) {
  const std::vector<Stage> stages{
      {"end of speech", va::Duration(0)},     {"endpoint", metrics.endpointing},
      {"final text", metrics.stt_final},      {"first token", metrics.llm_first_token},
      {"first clause", metrics.first_clause}, {"first audio", metrics.response}};
  va::Duration longest(0);
  for (const Stage& stage : stages) longest = std::max(longest, stage.at);
  const double total = va::to_ms(longest);
  std::string text;
  int from = 0;
  for (const Stage& stage : stages) {
    if (stage.at < va::Duration(0)) continue;
    const double at = va::to_ms(stage.at);
    const int to = total > 0 ? static_cast<int>(std::lround(kWidth * at / total)) : 0;
    const std::string bar(static_cast<std::size_t>(std::max(0, to - from)), '#');
    char line[160];
    std::snprintf(line, sizeof line, "          %-13.*s %7.1f ms |%*s%s\n",
                  static_cast<int>(stage.name.size()), stage.name.data(), at, from, "",
                  bar.empty() ? "." : bar.c_str());
    text += line;
    from = to;
  }
  if (metrics.tools >= va::Duration(0)) {
    char line[80];
    std::snprintf(line, sizeof line, "          %-13s %7.1f ms in all\n", "tools",
                  va::to_ms(metrics.tools));
    text += line;
  }
  return text;
}

}  // namespace cli
