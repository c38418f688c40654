#include "core/events/publisher.h"

#include <algorithm>
#include <cstdio>

namespace voiceagent {

std::string Publisher::history() const {
  std::string text;
  for (std::size_t i = told_ - std::min(told_, history_.size()); i < told_; ++i) {
    const Told& told = history_[i % history_.size()];
    std::array<char, 32> time{};
    (void)std::snprintf(time.data(), time.size(), " %.3f s", to_ms(told.time) / 1'000.0);
    text += (text.empty() ? "" : ", ") + std::string(told.event) + time.data();
  }
  return text;
}

}  // namespace voiceagent
