// Which words the audio of a synthesiser's stream speaks: what is needed to go on in mid-sentence
// with another voice. Text in bytes and audio in samples, both counted from the stream's beginning.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ring.h"
#include "voiceagent/tts.h"

namespace voiceagent {

class WordMarks {
 public:
  // The synthesiser says where words are.
  void add(const SpokenSpan& span) { waiting_.push_back(span); }
  // A clause has been spoken: its text up to `text_end`, its audio up to `sample_end`.
  void clause_done(std::size_t text_end, std::int64_t sample_end);

  // The end of the last word that lies wholly within the first `received` samples, if the word that
  // they break off in is known; else all of them.
  std::int64_t whole_words(std::int64_t received) const;
  // The next span that has begun before `sample`; told once. False: none.
  bool next_begun(std::int64_t sample, SpokenSpan& span);

  struct Resume {
    std::size_t text = 0;     // from here on it is spoken again
    std::int64_t sample = 0;  // up to here the audio stands
    bool guessed = false;     // there were no timings to go by
  };
  // The synthesiser has failed after `received` samples, of which `delivered` have gone on. `text`
  // is all that it was given. What it said of words to come is forgotten.
  Resume resume(std::string_view text, std::int64_t received, std::int64_t delivered, int rate);

  // Where the present clause begins.
  std::size_t clause_text() const { return clause_text_; }
  std::int64_t clause_sample() const { return clause_sample_; }
  // Whether the end of a word after `place` is known.
  bool timed_after(std::size_t place) const {
    return last_text_ > place ||
           (!waiting_.empty() && waiting_[waiting_.size() - 1].text.end > place);
  }

 private:
  Ring<SpokenSpan> waiting_;  // not told yet, in order
  std::size_t last_text_ = 0;
  std::size_t clause_text_ = 0;
  std::int64_t clause_sample_ = 0;
  std::vector<SpokenSpan> clause_spans_;  // of the present clause, told already
};

// The words of `text` spread over the audio by their length: a guess of where each is. Spans are
// relative to the beginning of both.
std::vector<SpokenSpan> spread_words(std::string_view text, std::int64_t samples);

}  // namespace voiceagent
