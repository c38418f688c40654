#include "core/text/clause_splitter.h"

namespace voiceagent {
namespace {

using text::Boundary;

// The reply is still beginning: speech should start, and what is spoken first is soon over.
constexpr std::size_t kEarlyBytes = 20;
constexpr std::size_t kEarlyWords = 2;
constexpr std::size_t kEarlyClauseColumns = 12;
constexpr std::size_t kEarlyConjunctionColumns = 30;
// From here on a sentence is cut at its clauses, then at its conjunctions.
constexpr std::size_t kLongColumns = 80;
constexpr std::size_t kVeryLongColumns = 120;
// Less than this is not worth a cut.
constexpr std::size_t kLeastClauseColumns = 20;
constexpr std::size_t kLeastConjunctionColumns = 40;

}  // namespace

void ClauseSplitter::push(std::string_view delta) {
  buffer_.erase(0, start_);
  base_ += start_;
  start_ = 0;
  buffer_ += delta;
}

void ClauseSplitter::reset() {
  buffer_.clear();
  base_ = 0;
  start_ = 0;
  finished_ = false;
  scan_ = {};
}

bool ClauseSplitter::next(Clause& out) {
  while (start_ + scan_.cursor < buffer_.size()) {
    const text::Character c = text::character_at(buffer_, start_ + scan_.cursor);
    if (!c.complete && !finished_) return false;
    if (const std::size_t length = read(c); length > 0) {
      give(length, out);
      return true;
    }
  }
  if (!finished_ || start_ == buffer_.size()) return false;
  give(buffer_.size() - start_, out);
  return true;
}

// What was read beyond the cut is read again as part of the next clause.
void ClauseSplitter::give(std::size_t length, Clause& out) {
  out.text = std::string_view(buffer_).substr(start_, length);
  out.begin = base_ + start_;
  out.end = out.begin + length;
  start_ += length;
  scan_ = {};
}

// Reads one character. Returns where to cut, or 0; after a cut the character is still unread.
std::size_t ClauseSplitter::read(text::Character c) {
  const std::size_t cut = text::is_space(c.code) ? read_space(c.code) : read_visible(c.code);
  if (cut > 0) return cut;
  if (scan_.cursor + c.length > kMaxBytes) return cut_at_limit();
  scan_.cursor += c.length;
  scan_.columns += text::is_wide(c.code) ? 2 : 1;
  scan_.previous = c.code;
  return 0;
}

std::size_t ClauseSplitter::read_space(char32_t c) {
  std::size_t cut = 0;
  if (!scan_.in_gap) {
    scan_.in_gap = true;
    scan_.newline = false;
    scan_.token_end = scan_.cursor;
    if (text::is_conjunction(token())) {
      cut = consider(Boundary::kConjunction, scan_.token, scan_.token_columns);
    }
    if (scan_.token_speakable) ++scan_.words;
  }
  scan_.newline = scan_.newline || text::is_newline(c);
  return cut;
}

std::size_t ClauseSplitter::read_visible(char32_t c) {
  if (begins_token(c)) {
    const std::size_t cut = consider(boundary_before(c), scan_.cursor, scan_.columns);
    if (cut > 0) return cut;
    scan_.first_token = scan_.first_token && token().empty();
    scan_.token = scan_.cursor;
    scan_.token_columns = scan_.columns;
    scan_.token_speakable = false;
    scan_.in_gap = false;
  }
  if (text::is_letter(c) || text::is_digit(c)) scan_.speakable = scan_.token_speakable = true;
  if (text::is_wide(c)) ++scan_.wide;
  if (text::is_wide_stop(c) || text::is_wide_comma(c)) {
    scan_.after_mark = true;
  } else if (!text::is_closer(c)) {
    scan_.after_mark = false;
  }
  return 0;
}

// Whether a token ends before the visible character c: after a space, or where none is needed.
bool ClauseSplitter::begins_token(char32_t c) const {
  if (scan_.in_gap) return true;
  if (scan_.cursor == 0 || text::is_closer(c)) return false;
  if (text::is_wide_stop(c) || text::is_wide_comma(c)) return false;
  if (scan_.after_mark) return true;
  if (text::is_em_dash(scan_.previous)) return !text::is_em_dash(c);
  return text::is_wide(c) || (text::is_wide(scan_.previous) && text::is_letter(c));
}

std::string_view ClauseSplitter::token() const {
  const std::size_t end = scan_.in_gap ? scan_.token_end : scan_.cursor;
  return std::string_view(buffer_).substr(start_ + scan_.token, end - scan_.token);
}

Boundary ClauseSplitter::boundary_before(char32_t c) const {
  if (token().empty()) return Boundary::kWord;
  return text::boundary_after({token(), scan_.first_token, scan_.in_gap && scan_.newline, c});
}

// Returns where to cut now that a boundary is known at `at`, or 0.
std::size_t ClauseSplitter::consider(Boundary boundary, std::size_t at, std::size_t columns) {
  if (!scan_.speakable || at == 0) return 0;
  const bool early = base_ + start_ < kEarlyBytes && scan_.words + scan_.wide / 2 >= kEarlyWords;
  switch (boundary) {
    case Boundary::kSentence: return at;
    case Boundary::kClause:
      if (early && columns >= kEarlyClauseColumns) return at;
      scan_.clause = {at, columns};
      break;
    case Boundary::kConjunction:
      if (early && columns >= kEarlyConjunctionColumns) return at;
      scan_.conjunction = {at, columns};
      break;
    case Boundary::kWord: scan_.word = {at, columns}; break;
  }
  return cut_long(columns);
}

std::size_t ClauseSplitter::cut_long(std::size_t columns) const {
  if (columns > kLongColumns && scan_.clause.columns >= kLeastClauseColumns) {
    return scan_.clause.at;
  }
  if (columns > kVeryLongColumns && scan_.conjunction.columns >= kLeastConjunctionColumns) {
    return scan_.conjunction.at;
  }
  return 0;
}

std::size_t ClauseSplitter::cut_at_limit() const {
  if (scan_.clause.columns >= kLeastClauseColumns) return scan_.clause.at;
  if (scan_.conjunction.columns >= kLeastConjunctionColumns) return scan_.conjunction.at;
  const std::size_t word = scan_.word.at > scan_.clause.at ? scan_.word.at : scan_.clause.at;
  return word > 0 ? word : scan_.cursor;
}

}  // namespace voiceagent
