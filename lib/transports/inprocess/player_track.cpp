#include "transports/inprocess/player_track.h"

#include <algorithm>

namespace voiceagent {

void PlayerTrack::play(std::int64_t now, std::int64_t position,
                       std::span<const std::int16_t> samples) {
  played(now);  // lets go of what is over
  const std::int64_t start = std::max(now, end());
  samples_.resize(static_cast<std::size_t>(start - begin_), 0);
  samples_.insert(samples_.end(), samples.begin(), samples.end());
  const auto count = static_cast<std::int64_t>(samples.size());
  if (!stretches_.empty()) {
    Stretch& last = stretches_.back();
    if (last.start + last.count == start && last.position + last.count == position) {
      last.count += count;
      return;
    }
  }
  stretches_.push_back({start, position, count});
}

void PlayerTrack::flush(std::int64_t now) {
  const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(0, now - begin_));
  if (samples_.size() > kept) samples_.resize(kept);
  while (!stretches_.empty() && stretches_.back().start >= now) stretches_.pop_back();
  if (!stretches_.empty()) {
    Stretch& last = stretches_.back();
    last.count = std::min(last.count, now - last.start);
  }
}

std::int64_t PlayerTrack::played(std::int64_t now) {
  while (!stretches_.empty() && stretches_.front().start < now) {
    const Stretch& first = stretches_.front();
    const std::int64_t past = std::min(first.count, now - first.start);
    played_ = std::max(played_, first.position + past);
    if (past < first.count) break;
    stretches_.pop_front();
  }
  return played_;
}

void PlayerTrack::take(std::span<std::int16_t> out) {
  const std::size_t count = std::min(out.size(), samples_.size());
  const auto taken = samples_.begin() + static_cast<std::ptrdiff_t>(count);
  std::copy(samples_.begin(), taken, out.begin());
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(count), out.end(), std::int16_t{0});
  samples_.erase(samples_.begin(), taken);
  begin_ += static_cast<std::int64_t>(out.size());
}

}  // namespace voiceagent
