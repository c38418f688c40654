// Which words of a reply have been spoken by which sample: from the synthesiser's word timings, or
// estimated where it gives none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "voiceagent/tts.h"

namespace voiceagent {

class SpokenText {
 public:
  // Samples here are at `sample_rate`, counted from the reply's first.
  explicit SpokenText(int sample_rate) : rate_(sample_rate) {}

  void clear();
  // A clause went to the synthesiser: `text` is what stands at `span` of the reply.
  void add_clause(std::string_view text, TextSpan span);
  // The synthesiser says that the text up to `text_end` has been spoken at `end_sample`.
  void add_timing(std::size_t text_end, std::int64_t end_sample);
  // The audio of the oldest unfinished clause ends at `end_sample`.
  void clause_done(std::int64_t end_sample);
  // Whether the oldest unfinished clause, ending at `end_sample`, would have no audio, though there
  // is something in it to be spoken.
  bool nothing_spoken(std::int64_t end_sample) const;

  // How much of the reply, in bytes, has been spoken by `sample`, in whole words.
  std::size_t heard_end(std::int64_t sample) const;
  // The text that is being spoken at `sample`: from the last whole word to the next one's end.
  TextSpan span_at(std::int64_t sample) const;
  // Clauses whose audio has not ended.
  std::size_t clauses_left() const { return clauses_.size() - done_; }
  bool all_done() const { return clauses_left() == 0; }

 private:
  struct Mark {
    std::size_t text_end;
    std::int64_t end_sample;
  };
  struct Clause {
    TextSpan span;
    std::vector<std::size_t> word_ends;
    bool speakable = false;  // not just marks and symbols
    bool timed = false;      // the synthesiser gave timings for it
  };

  void estimate(const Clause& clause, std::int64_t begin, std::int64_t end);
  const Mark* first_after(std::int64_t sample) const;

  int rate_;
  std::vector<Mark> marks_;  // ascending in both
  std::vector<Clause> clauses_;
  std::size_t done_ = 0;  // clauses whose audio has ended
  std::int64_t done_sample_ = 0;
};

}  // namespace voiceagent
