// Everything that is wrong with a scenario file: people want to see it all at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "voiceagent/status.h"

namespace voiceagent::sim {

class Problems {
 public:
  // `file` begins each line.
  explicit Problems(std::string_view file);

  // `path` is the place inside the file, such as "steps[3].say"; empty: the file as a whole.
  void add(std::string_view path, std::string_view what);
  bool empty() const { return text_.empty(); }
  // All of them, one a line. REQUIRES: !empty().
  Status status() const { return invalid_argument(text_); }

 private:
  const std::string file_;
  std::string text_;
  std::size_t count_ = 0;
};

// "steps[3]" for ("steps", 3).
std::string element_path(std::string_view path, std::size_t index);

}  // namespace voiceagent::sim
