#include "report.h"

#include <cstdio>

namespace cli {

void complain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string line(text.substr(0, end));
    std::fprintf(stderr, "voiceagent: %s\n", line.c_str());
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void note(std::string_view text) { complain("note: " + std::string(text)); }

int fail(const voiceagent::Status& status) {
  complain(status.message());
  return kFailure;
}

int refuse(const voiceagent::Status& status) {
  complain(status.message());
  return kUsage;
}

int cannot_load(const voiceagent::Status& status) {
  const bool configured = status.code() == voiceagent::ErrorCode::kInvalidArgument ||
                          status.code() == voiceagent::ErrorCode::kNotFound;
  return configured ? refuse(status) : fail(status);
}

}  // namespace cli
