#include "providers/tts/flite/outlet.h"

#include <algorithm>
#include <utility>

#include "providers/tts/flite/voice.h"

namespace voiceagent::flite {
namespace {

constexpr std::size_t kChunk = kSampleRate / 50;

}  // namespace

void Outlet::expect(std::vector<SpokenSpan> words) {
  words_ = std::move(words);
  next_word_ = 0;
  for (SpokenSpan& word : words_) {
    word.begin_sample += pushed_;
    word.end_sample += pushed_;
  }
}

void Outlet::push(std::span<const std::int16_t> samples) {
  drain();
  pushed_ += static_cast<std::int64_t>(samples.size());
  if (empty() && deliver(samples)) return;
  kept_.insert(kept_.end(), samples.begin(), samples.end());
}

void Outlet::drain() {
  while (!empty()) {
    const auto rest = std::span<const std::int16_t>(kept_).subspan(kept_from_);
    const auto chunk = rest.first(std::min(kChunk, rest.size()));
    if (!deliver(chunk)) return;
    kept_from_ += chunk.size();
    if (kept_from_ == kept_.size()) clear();
  }
}

void Outlet::clear() {
  kept_ = {};
  kept_from_ = 0;
}

// A word is told before the first of its samples.
bool Outlet::deliver(std::span<const std::int16_t> samples) {
  if (!room_.load()) return false;
  const std::int64_t end = delivered_ + static_cast<std::int64_t>(samples.size());
  while (next_word_ < words_.size() && words_[next_word_].begin_sample < end) {
    sink_.timing(words_[next_word_++]);
  }
  room_.store(false);  // so that no make_room() is missed while the sink decides
  if (!sink_.audio({samples, kSampleRate})) return false;
  room_.store(true);
  delivered_ = end;
  return true;
}

}  // namespace voiceagent::flite
