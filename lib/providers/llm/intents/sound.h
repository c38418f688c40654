// How alike two words sound: recognisers mishear, but they mishear alike ("weather", "whether").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace voiceagent::intents {

// A word, roughly as it sounds: one symbol a sound, silent letters gone.
class Sound {
 public:
  Sound() = default;
  // Of one word, or of two spoken as one. Lower case, UTF-8.
  explicit Sound(std::string_view word, std::string_view next = {});

  // 1 for words that sound the same; 0 for those that are less alike than `least`.
  float similarity(const Sound& other, float least) const;
  // False when similarity() would give 0, as far as can be told at a glance.
  bool may_reach(const Sound& other, float least) const;

 private:
  std::u16string symbols_;
  std::vector<float> weights_;    // Of each symbol.
  std::uint64_t consonants_ = 0;  // Which there are, a bit each.
  float length_ = 0;              // A consonant counts 1, a vowel a half.
};

}  // namespace voiceagent::intents
