#include "progress.h"

#include <algorithm>
#include <cstdio>

#include "terminal.h"

namespace cli {

Progress::Progress(std::string what, double total, bool wanted)
    : what_(std::move(what)),
      total_(total),
      on_(wanted && is_terminal(2)),
      next_(std::chrono::steady_clock::now() + std::chrono::milliseconds(300)) {}

void Progress::at(double seconds) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const double percent = total_ > 0 ? std::min(100.0, 100 * seconds / total_) : 100;
  std::fprintf(stderr, "\r%s %3.0f %% (%.0f of %.0f s)\033[K", what_.c_str(), percent, seconds,
               total_);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace cli
