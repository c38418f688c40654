#include "pause_finder.h"

#include <algorithm>

namespace cli {

namespace va = voiceagent;

va::Result<PauseFinder> PauseFinder::create(ProviderHost& host,
                                            std::shared_ptr<va::VadProvider> provider,
                                            int sample_rate, float threshold) {
  auto vad = provider->start(host.stream_context());
  if (!vad.ok()) return vad.status();
  auto converter = va::SampleRateConverter::create(sample_rate, provider->format().sample_rate);
  if (!converter.ok()) return converter.status();
  return PauseFinder(std::move(provider), std::move(*vad), std::move(*converter), threshold);
}

void PauseFinder::push(std::span<const std::int16_t> samples) {
  const auto converted = converter_.convert(samples);
  rest_.insert(rest_.end(), converted.begin(), converted.end());
  const std::span<const std::int16_t> all(rest_);
  std::size_t used = 0;
  for (; used + format_.frame_samples <= all.size(); used += format_.frame_samples) {
    speech_.push_back(vad_->process(all.subspan(used, format_.frame_samples)) >= threshold_);
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
}

void PauseFinder::forget(va::Duration time) {
  const std::size_t frames = std::min(frame_at(time), speech_.size());
  speech_.erase(speech_.begin(), speech_.begin() + static_cast<std::ptrdiff_t>(frames));
}

va::Duration PauseFinder::longest_pause(va::Duration from, va::Duration to) const {
  const std::size_t end = std::min(frame_at(to), speech_.size());
  std::size_t longest = 0;
  std::size_t middle = end;
  std::size_t pause = 0;
  for (std::size_t i = frame_at(from); i < end; ++i) {
    pause = speech_[i] ? 0 : pause + 1;
    if (pause > longest) {
      longest = pause;
      middle = i + 1 - pause / 2;
    }
  }
  return at(middle);
}

va::Duration PauseFinder::silence_after_speech() const {
  const auto last = std::find(speech_.rbegin(), speech_.rend(), true);
  if (last == speech_.rend()) return va::Duration(0);
  return at(static_cast<std::size_t>(last - speech_.rbegin()));
}

va::Duration PauseFinder::at(std::size_t frame) const {
  const auto samples = static_cast<std::int64_t>(frame * format_.frame_samples);
  return va::samples_to_duration(samples, format_.sample_rate);
}

std::size_t PauseFinder::frame_at(va::Duration time) const {
  return static_cast<std::size_t>(va::duration_to_samples(time, format_.sample_rate)) /
         format_.frame_samples;
}

}  // namespace cli
