// A logger that keeps what it is told, of warnings and errors.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/log.h"

namespace voiceagent::test {

class LogLines final : public Logger {
 public:
  void write(LogLevel level, std::string_view component, std::string_view message) override {
    if (!wants(level)) return;
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(component) + ": " + std::string(message));
  }
  bool wants(LogLevel level) const override { return level >= LogLevel::kWarning; }

  // The first line that has `what` in it; "" when there is none.
  std::string with(std::string_view what) const {
    const std::lock_guard lock(mutex_);
    const auto has = [what](const std::string& line) { return line.find(what) != line.npos; };
    const auto found = std::ranges::find_if(lines_, has);
    return found == lines_.end() ? std::string() : *found;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return lines_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace voiceagent::test
