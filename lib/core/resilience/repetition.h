// A model that is asked for the rest of a reply may begin anew: what it repeats is left out.
#pragma once

#include <string>
#include <string_view>

namespace voiceagent {

class Repetition {
 public:
  Repetition() = default;
  // `said` is what may be repeated.
  explicit Repetition(std::string_view said) : said_(said), comparing_(!said.empty()) {}

  // Of the next piece, and of those held back before, what is new. The view is valid until the next
  // call. What may still become a repetition is held back, and nothing new if nothing follows.
  std::string_view rest_of(std::string_view piece) {
    if (!comparing_) return piece;
    held_ += piece;
    if (held_.size() < said_.size() && said_.starts_with(held_)) return {};
    comparing_ = false;
    std::string_view rest = held_;
    if (rest.starts_with(said_)) rest.remove_prefix(said_.size());
    return rest;
  }

 private:
  std::string said_;
  std::string held_;
  bool comparing_ = false;
};

}  // namespace voiceagent
