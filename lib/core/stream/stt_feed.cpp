#include "core/stream/stt_feed.h"

#include <algorithm>
#include <utility>

namespace voiceagent {

Status SttFeed::begin(const SttCapabilities& can, int rate) {
  const std::vector<int>& rates = can.sample_rates;
  const bool takes = rates.empty() || std::ranges::find(rates, rate) != rates.end();
  rate_ = rate;
  stream_rate_ = takes ? rate : rates.front();
  waiting_ = 0;
  resampler_.reset();
  if (takes) return Status::success();
  Result<std::unique_ptr<Resampler>> made = Resampler::create(rate, stream_rate_);
  if (!made.ok()) return made.status();
  resampler_ = std::move(*made);
  return Status::success();
}

std::size_t SttFeed::push(SttStream& stream, std::span<const std::int16_t> samples) {
  if (resampler_ == nullptr) return stream.audio({samples, rate_}) ? samples.size() : 0;
  if (waiting_ == 0) {
    const auto out = resampler_->process(samples);
    converted_.assign(out.begin(), out.end());
    waiting_ = samples.size();
  }
  if (!stream.audio({converted_, stream_rate_})) return 0;
  return std::exchange(waiting_, 0U);
}

}  // namespace voiceagent
