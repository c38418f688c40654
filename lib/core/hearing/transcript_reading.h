// What can be read off the open utterance's words: how many, whether they are complete, a mere
// back-channel, the same as before.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/turn/completeness/score.h"
#include "voiceagent/time.h"

namespace voiceagent {

// The words alone, in lower case and without punctuation, joined by single spaces: what two
// transcripts of the same speech have in common.
std::string normalise_words(std::string_view text);

class TranscriptReading {
 public:
  explicit TranscriptReading(std::string language) : language_(std::move(language)) {}

  // Another utterance; `context` is what is known of what the agent said before.
  void begin(CompletenessContext context, Duration now);
  // The words are now these; not `settled`: they may change, and the last one may grow.
  void read(std::string_view text, bool settled, Duration now);
  // How sure the recogniser is, 0 to 1, of some that are settled.
  void trust(float confidence);

  const std::string& text() const { return text_; }
  const std::string& language() const { return language_; }
  int words() const { return words_; }
  bool back_channel() const { return back_channel_; }
  // When the words last changed.
  Duration changed() const { return changed_; }
  // Of the settled words that the recogniser is the least sure of; 1 when it never said.
  float confidence() const { return confidence_; }
  // 0 to 1: they read as a complete turn.
  float completeness() const;

 private:
  const std::string language_;
  CompletenessContext context_;
  std::string text_;
  int words_ = 0;
  bool back_channel_ = false;
  bool settled_ = false;
  float confidence_ = 1.0F;
  Duration changed_{0};
  mutable std::optional<float> completeness_;  // computed when asked for
};

}  // namespace voiceagent
