#include "core/resilience/word_marks.h"

#include <algorithm>

#include "base/text.h"

namespace voiceagent {
namespace {

// As in core/speech/spoken_text.cpp: conversational English.
constexpr int kCharactersPerSecond = 15;

}  // namespace

void WordMarks::clause_done(std::size_t text_end, std::int64_t sample_end) {
  clause_text_ = std::max(clause_text_, text_end);
  clause_sample_ = std::max(clause_sample_, sample_end);
  clause_spans_.clear();
}

std::int64_t WordMarks::whole_words(std::int64_t received) const {
  std::int64_t whole = clause_sample_;
  for (const SpokenSpan& span : clause_spans_) {
    if (span.end_sample > received) return whole;
    whole = std::max(whole, span.end_sample);
  }
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].end_sample > received) return whole;
    whole = std::max(whole, waiting_[i].end_sample);
  }
  return received;
}

bool WordMarks::next_begun(std::int64_t sample, SpokenSpan& span) {
  if (waiting_.empty() || waiting_.front().begin_sample >= sample) return false;
  span = waiting_.pop_front();
  last_text_ = std::max(last_text_, span.text.end);
  clause_spans_.push_back(span);
  return true;
}

WordMarks::Resume WordMarks::resume(std::string_view text, std::int64_t received,
                                    std::int64_t delivered, int rate) {
  Resume resume{clause_text_, clause_sample_, !timed_after(clause_text_)};
  const auto take = [&](const SpokenSpan& span) {
    if (span.end_sample > received || span.text.end > text.size()) return;
    resume.text = std::max(resume.text, span.text.end);
    resume.sample = std::max(resume.sample, span.end_sample);
  };
  for (const SpokenSpan& span : clause_spans_) take(span);
  for (std::size_t i = 0; i < waiting_.size(); ++i) take(waiting_[i]);
  if (resume.guessed) {
    const std::int64_t spoken = std::max<std::int64_t>(0, received - clause_sample_);
    const auto bytes = static_cast<std::size_t>(spoken * kCharactersPerSecond / rate);
    for (const std::string_view word : split_words(text.substr(clause_text_))) {
      const auto end = static_cast<std::size_t>(word.data() + word.size() - text.data());
      if (end - clause_text_ <= bytes) resume.text = end;
    }
    resume.sample = received;
  }
  resume.sample = std::max(resume.sample, delivered);
  // Spans of whole words are still to be told; the others never will be.
  while (!waiting_.empty() && waiting_.back().end_sample > resume.sample) waiting_.pop_back();
  return resume;
}

std::vector<SpokenSpan> spread_words(std::string_view text, std::int64_t samples) {
  std::vector<SpokenSpan> spans;
  const std::vector<std::string_view> words = split_words(text);
  if (words.empty()) return spans;
  const auto place = [&](const char* p) { return static_cast<std::int64_t>(p - text.data()); };
  const std::int64_t length = place(words.back().data() + words.back().size());
  for (const std::string_view word : words) {
    const std::int64_t begin = place(word.data());
    const std::int64_t end = begin + static_cast<std::int64_t>(word.size());
    spans.push_back({{static_cast<std::size_t>(begin), static_cast<std::size_t>(end)},
                     samples * begin / length,
                     samples * end / length});
  }
  return spans;
}

}  // namespace voiceagent
