#include "core/speech/spoken_text.h"

#include <algorithm>

#include "base/characters.h"

namespace voiceagent {
namespace {

// Conversational English runs at about 15 characters a second (150 words a minute, 6 characters a
// word with its space); used only until a clause's true length is known.
constexpr int kCharactersPerSecond = 15;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::vector<std::size_t> word_ends(std::string_view text, std::size_t begin) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool last_of_word = !is_space(text[i]) && (i + 1 == text.size() || is_space(text[i + 1]));
    if (last_of_word) ends.push_back(begin + i + 1);
  }
  return ends;
}

}  // namespace

void SpokenText::clear() {
  marks_.clear();
  clauses_.clear();
  done_ = 0;
  done_sample_ = 0;
}

void SpokenText::add_clause(std::string_view text, TextSpan span) {
  clauses_.push_back({span, word_ends(text, span.begin), text::is_speakable(text), false});
}

void SpokenText::add_timing(std::size_t text_end, std::int64_t end_sample) {
  for (std::size_t i = done_; i < clauses_.size(); ++i) {
    if (text_end <= clauses_[i].span.end) {
      clauses_[i].timed = true;
      break;
    }
  }
  if (clauses_.empty()) return;
  text_end = std::min(text_end, clauses_.back().span.end);
  // One word of text may be several spoken ones ("$3"): it is heard when the last of them is.
  if (!marks_.empty() && text_end <= marks_.back().text_end) {
    marks_.back().end_sample = std::max(marks_.back().end_sample, end_sample);
    return;
  }
  if (!marks_.empty()) end_sample = std::max(end_sample, marks_.back().end_sample);
  marks_.push_back({text_end, end_sample});
}

void SpokenText::clause_done(std::int64_t end_sample) {
  if (done_ == clauses_.size()) return;
  const Clause& clause = clauses_[done_];
  if (!clause.timed) estimate(clause, done_sample_, end_sample);
  ++done_;
  done_sample_ = end_sample;
}

bool SpokenText::nothing_spoken(std::int64_t end_sample) const {
  return done_ < clauses_.size() && end_sample <= done_sample_ && clauses_[done_].speakable;
}

// Spreads the clause's words over its audio, by their length.
void SpokenText::estimate(const Clause& clause, std::int64_t begin, std::int64_t end) {
  const auto length = static_cast<std::int64_t>(std::max<std::size_t>(
      1, clause.word_ends.empty() ? 0 : clause.word_ends.back() - clause.span.begin));
  for (const std::size_t word_end : clause.word_ends) {
    const auto before = static_cast<std::int64_t>(word_end - clause.span.begin);
    marks_.push_back({word_end, begin + (end - begin) * before / length});
  }
}

const SpokenText::Mark* SpokenText::first_after(std::int64_t sample) const {
  const auto it =
      std::upper_bound(marks_.begin(), marks_.end(), sample,
                       [](std::int64_t s, const Mark& mark) { return s < mark.end_sample; });
  return it == marks_.end() ? nullptr : &*it;
}

std::size_t SpokenText::heard_end(std::int64_t sample) const {
  const Mark* next = first_after(sample);
  const Mark* last = next == nullptr ? (marks_.empty() ? nullptr : &marks_.back())
                                     : (next == marks_.data() ? nullptr : next - 1);
  std::size_t end = last == nullptr ? 0 : last->text_end;
  if (next == nullptr && done_ < clauses_.size() && !clauses_[done_].timed) {
    // The clause is still being synthesised and brings no timings: go by a usual pace.
    const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(0, sample - done_sample_) *
                                                kCharactersPerSecond / rate_);
    for (const std::size_t word_end : clauses_[done_].word_ends) {
      if (word_end - clauses_[done_].span.begin <= bytes) end = std::max(end, word_end);
    }
  }
  return end;
}

TextSpan SpokenText::span_at(std::int64_t sample) const {
  const std::size_t begin = heard_end(sample);
  const Mark* next = first_after(sample);
  if (next != nullptr) return {begin, next->text_end};
  return {begin, done_ < clauses_.size() ? std::max(begin, clauses_[done_].span.end) : begin};
}

}  // namespace voiceagent
