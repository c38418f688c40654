#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/characters.h"
#include "core/text/boundary.h"

namespace voiceagent {

// A stretch of a reply that can be spoken on its own.
struct Clause {
  std::string_view text;  // With its punctuation and the space after it; valid until push or reset.
  std::size_t begin = 0;  // Where in the whole reply, in bytes.
  std::size_t end = 0;    // One past its last byte: where the next clause begins.
};

// Cuts a reply that comes in pieces into clauses for the synthesiser. The clauses joined are the
// reply; how it was cut into pieces, and when next() was called, makes no difference to them.
//
// The beginning of a reply is cut early, so that speech starts soon: at the first comma or
// conjunction after a few words. Later cuts are ends of sentences, in a long sentence its clauses,
// and a hard limit cuts between words. A clause without anything to say ("- ") is joined to the
// next one. A dot counts only once it is known what follows it: "3.5", "Dr. Smith" and
// "example.com" stay whole.
//
// One thread at a time. Allocates only when more text waits than ever before.
class ClauseSplitter {
 public:
  // No clause has more bytes than this.
  static constexpr std::size_t kMaxBytes = 240;

  // More of the reply. A piece may end anywhere, inside a character too.
  void push(std::string_view delta);
  // The reply is complete: next() gives the rest.
  void finish() { finished_ = true; }
  // It goes on after all. REQUIRES: next() has given the rest.
  void go_on() { finished_ = false; }
  // The next clause, once it is certain where it ends. False: push more, or all was given.
  bool next(Clause& out);
  // Begins another reply, keeping the memory.
  void reset();

 private:
  // A place where the clause may be cut; the clause begins at 0, so 0 is none.
  struct Candidate {
    std::size_t at = 0;
    std::size_t columns = 0;  // How much text is before it.
  };

  // What is known of the clause being read. Places count from its beginning.
  struct Scan {
    std::size_t cursor = 0;         // The next character to read.
    std::size_t columns = 0;        // Characters before it, wide ones twice.
    std::size_t words = 0;          // Words before it, as far as spaces tell.
    std::size_t wide = 0;           // Wide characters before it: two count as a word.
    std::size_t token = 0;          // Where the current token begins; a token ends at a space.
    std::size_t token_end = 0;      // Where it ended, once in the gap after it.
    std::size_t token_columns = 0;  // Columns before it.
    bool first_token = true;        // It is the clause's first.
    bool token_speakable = false;   // It has a letter or a digit.
    bool speakable = false;         // The clause has one.
    bool in_gap = false;            // Reading the space after it.
    bool newline = false;           // A line break is in the gap.
    bool after_mark = false;        // A wide stop or comma ended it, with no need of a space.
    char32_t previous = 0;
    Candidate clause;
    Candidate conjunction;
    Candidate word;
  };

  std::size_t read(text::Character c);
  std::size_t read_space(char32_t c);
  std::size_t read_visible(char32_t c);
  bool begins_token(char32_t c) const;
  std::string_view token() const;
  text::Boundary boundary_before(char32_t c) const;
  std::size_t consider(text::Boundary boundary, std::size_t at, std::size_t columns);
  std::size_t cut_long(std::size_t columns) const;
  std::size_t cut_at_limit() const;
  void give(std::size_t length, Clause& out);

  std::string buffer_;     // The clause given last, and what comes after it.
  std::size_t base_ = 0;   // Where in the reply buffer_ begins.
  std::size_t start_ = 0;  // Where in buffer_ the clause being read begins.
  bool finished_ = false;
  Scan scan_;
};

}  // namespace voiceagent
