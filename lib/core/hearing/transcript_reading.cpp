#include "core/hearing/transcript_reading.h"

#include <algorithm>

#include "base/text.h"
#include "core/turn/back_channel.h"
#include "core/turn/completeness.h"

namespace voiceagent {
namespace {

bool belongs_to_word(char c) {
  const bool letter = c >= 'a' && c <= 'z';
  const bool digit = c >= '0' && c <= '9';
  return letter || digit || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

int count_words(std::string_view text) {
  int count = 0;
  bool inside = false;
  for (const char c : text) {
    if (!is_space(c) && !inside) ++count;
    inside = !is_space(c);
  }
  return count;
}

}  // namespace

std::string normalise_words(std::string_view text) {
  std::string words;
  words.reserve(text.size());
  bool gap = false;
  for (const char c : text) {
    const char lower = to_lower(c);
    if (!belongs_to_word(lower)) {
      gap = true;
      continue;
    }
    if (gap && !words.empty()) words += ' ';
    gap = false;
    words += lower;
  }
  return words;
}

void TranscriptReading::begin(CompletenessContext context, Duration now) {
  context_ = context;
  text_.clear();
  words_ = 0;
  back_channel_ = false;
  confidence_ = 1.0F;
  changed_ = now;
  completeness_.reset();
}

void TranscriptReading::trust(float confidence) {
  if (confidence < confidence_) confidence_ = std::max(0.0F, confidence);  // a NaN says nothing
}

void TranscriptReading::read(std::string_view text, bool settled, Duration now) {
  if (text == text_ && settled == settled_) return;
  if (settled != settled_) back_channel_ = is_back_channel(text, language_, !settled);
  settled_ = settled;
  if (text == text_) return;
  text_.assign(text);
  words_ = count_words(text_);
  back_channel_ = is_back_channel(text_, language_, !settled);
  changed_ = now;
  completeness_.reset();
}

float TranscriptReading::completeness() const {
  if (!completeness_) {
    completeness_ = score_completeness(text_, language_, context_).probability;
  }
  return *completeness_;
}

}  // namespace voiceagent
