// Gathers what is wrong with a configuration: people want to see it all at once.
#pragma once

#include <string>

#include "voiceagent/status.h"

namespace voiceagent {

class ConfigErrors {
 public:
  void add(const std::string& error) {
    if (!text_.empty()) text_ += '\n';
    text_ += error;
  }
  void add(const Status& error) { add(error.message()); }
  bool empty() const { return text_.empty(); }
  // All of them, one a line. REQUIRES: !empty().
  Status status() const { return invalid_argument(text_); }

 private:
  std::string text_;
};

}  // namespace voiceagent
