// Text from providers, made fit for events: JSON and every wire want valid UTF-8.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"

namespace voiceagent {

// Passes valid text through as it is. Of other text it keeps a mended copy, as long as it lives.
class Utf8Mender {
 public:
  std::string_view operator()(std::string_view text) {
    if (is_valid_utf8(text)) return text;
    mended_.push_back(std::make_unique<std::string>(sanitize_utf8(text)));
    return *mended_.back();
  }

 private:
  std::vector<std::unique_ptr<std::string>> mended_;
};

}  // namespace voiceagent
