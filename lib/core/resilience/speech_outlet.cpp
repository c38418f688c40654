#include "core/resilience/speech_outlet.h"

#include <algorithm>
#include <utility>

namespace voiceagent {
namespace {

// Audio that is not this far ahead of its playing is passed on at once, whole words or not: as far
// as the player is sent ahead, and the longest pause that the voice makes.
constexpr Duration kSentAhead{160'000'000};
constexpr Duration kSafeLead{250'000'000};
// No word is waited for for longer than this.
constexpr Duration kLongestWord{3'000'000'000};

}  // namespace

void SpeechOutlet::expect_pauses(std::optional<Duration> longest) {
  lead_ = longest ? std::min(kSafeLead, kSentAhead + *longest) : kSafeLead;
}

void SpeechOutlet::audio(std::span<const std::int16_t> samples) {
  // In the usual case it goes straight through.
  const bool straight = held_.size() == 0 && !refused_ && is_urgent();
  if (!straight || !deliver(samples)) held_.add(samples);
  if (!straight) drain();
}

void SpeechOutlet::guess_words(std::string_view text, std::size_t begin, std::size_t end,
                               std::int64_t from, std::int64_t to) {
  for (SpokenSpan span : spread_words(text.substr(begin, end - begin), to - from)) {
    span.text.begin += begin;
    span.text.end += begin;
    span.begin_sample += from;
    span.end_sample += from;
    marks_.add(span);
  }
}

void SpeechOutlet::done() {
  answers_.push_back(received());
  drain();
}

void SpeechOutlet::complete() {
  complete_ = true;
  drain();
}

void SpeechOutlet::resume() {
  refused_ = false;
  drain();
}

WordMarks::Resume SpeechOutlet::break_off(std::string_view text) {
  const WordMarks::Resume at = marks_.resume(text, received(), delivered_, rate_);
  held_.drop_after(held_.begin() + at.sample - delivered_);
  return at;
}

// How much of what was received may go on now.
std::int64_t SpeechOutlet::may_go() const {
  const bool long_enough = samples_to_duration(held_.size(), rate_) > kLongestWord;
  if (is_urgent() || long_enough || complete_) return received();
  return std::max(delivered_, marks_.whole_words(received()));
}

void SpeechOutlet::drain() {
  while (!refused_ && !shut_) {
    const std::int64_t until = answers_.empty() ? may_go() : std::min(answers_.front(), received());
    if (!deliver_held(until) || shut_) return;
    tell_spans(delivered_);
    if (answers_.empty()) return;
    answers_.pop_front();
    sink_.done();
  }
}

// Up to that sample. False: the sink is full.
bool SpeechOutlet::deliver_held(std::int64_t until) {
  while (delivered_ < until && !shut_) {
    const auto part = held_.part(held_.begin(), held_.begin() + until - delivered_);
    const auto count = static_cast<std::int64_t>(part.size());
    if (!deliver(part)) return false;
    held_.drop_before(held_.begin() + count);
  }
  return true;
}

// False: the sink is full.
bool SpeechOutlet::deliver(std::span<const std::int16_t> samples) {
  if (samples.empty()) return true;
  tell_spans(delivered_ + static_cast<std::int64_t>(samples.size()));
  const AudioView view{samples, rate_};
  if (!sink_.audio(view)) {
    refused_ = true;
    return false;
  }
  delivered_ += static_cast<std::int64_t>(samples.size());
  playhead_ = std::max(playhead_, executor_.now()) + view.duration();
  return true;
}

void SpeechOutlet::tell_spans(std::int64_t until) {
  for (SpokenSpan span; marks_.next_begun(until, span);) sink_.timing(span);
}

}  // namespace voiceagent
