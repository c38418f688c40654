#include "voiceagent/resample.h"

#include <utility>

#include "audio/resampler.h"

namespace voiceagent {

struct SampleRateConverter::Impl {
  std::unique_ptr<Resampler> resampler;
  bool over = false;  // the last call was finish()
};

SampleRateConverter::SampleRateConverter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SampleRateConverter::~SampleRateConverter() = default;
SampleRateConverter::SampleRateConverter(SampleRateConverter&&) noexcept = default;
SampleRateConverter& SampleRateConverter::operator=(SampleRateConverter&&) noexcept = default;

Result<SampleRateConverter> SampleRateConverter::create(int from, int to) {
  auto resampler = Resampler::create(from, to);
  if (!resampler.ok()) return resampler.status();
  auto impl = std::make_unique<Impl>();
  impl->resampler = std::move(*resampler);
  return SampleRateConverter(std::move(impl));
}

std::span<const std::int16_t> SampleRateConverter::convert(std::span<const std::int16_t> samples) {
  if (std::exchange(impl_->over, false)) impl_->resampler->reset();
  return impl_->resampler->process(samples);
}

std::span<const std::int16_t> SampleRateConverter::finish() {
  if (std::exchange(impl_->over, true)) return {};
  return impl_->resampler->finish();
}

}  // namespace voiceagent
