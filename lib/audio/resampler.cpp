#include "audio/resampler.h"

#include <samplerate.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/audio.h"

namespace voiceagent {
namespace {

// Conversion to and from float goes through blocks on the stack, so that a resampler keeps no more
// than the filter and its latest result.
constexpr std::size_t kBlock = 1024;

class PassThrough final : public Resampler {
 public:
  std::span<const std::int16_t> process(std::span<const std::int16_t> in) override {
    if (finished_) return {};
    result_.assign(in.begin(), in.end());
    return result_;
  }
  std::span<const std::int16_t> finish() override {
    finished_ = true;
    return {};
  }
  void reset() override { finished_ = false; }

 private:
  bool finished_ = false;
  std::vector<std::int16_t> result_;
};

struct StateDeleter {
  void operator()(SRC_STATE* state) const { src_delete(state); }
};
using StatePtr = std::unique_ptr<SRC_STATE, StateDeleter>;

class SincResampler final : public Resampler {
 public:
  SincResampler(StatePtr state, double ratio) : state_(std::move(state)), ratio_(ratio) {}

  std::span<const std::int16_t> process(std::span<const std::int16_t> in) override {
    result_.clear();
    if (finished_) return {};
    // The filter's delay is constant: no call yields more than its share and a rounding.
    result_.reserve(static_cast<std::size_t>(static_cast<double>(in.size()) * ratio_) + 2);
    while (!in.empty()) {
      const auto block = in.first(std::min(in.size(), kBlock));
      convert(block, false);
      in = in.subspan(block.size());
    }
    return result_;
  }

  std::span<const std::int16_t> finish() override {
    result_.clear();
    if (!std::exchange(finished_, true)) convert({}, true);
    return result_;
  }

  void reset() override {
    src_reset(state_.get());
    finished_ = false;
  }

 private:
  // Appends to result_ whatever these samples make available.
  void convert(std::span<const std::int16_t> block, bool end_of_input) {
    std::array<float, kBlock> in;
    std::array<float, kBlock> out;
    src_short_to_float_array(block.data(), in.data(), static_cast<int>(block.size()));
    SRC_DATA data{};
    data.data_in = in.data();
    data.input_frames = static_cast<long>(block.size());
    data.data_out = out.data();
    data.output_frames = static_cast<long>(out.size());
    data.end_of_input = end_of_input ? 1 : 0;
    data.src_ratio = ratio_;
    do {
      if (const int error = src_process(state_.get(), &data); error != 0) {
        assert(error == 0);  // only arguments can be wrong, and create() has checked them
        return;
      }
      data.data_in += data.input_frames_used;
      data.input_frames -= data.input_frames_used;
      const auto generated = static_cast<std::size_t>(data.output_frames_gen);
      result_.resize(result_.size() + generated);
      src_float_to_short_array(out.data(), result_.data() + result_.size() - generated,
                               static_cast<int>(generated));
    } while (data.input_frames > 0 || data.output_frames_gen > 0);
  }

  StatePtr state_;
  const double ratio_;
  bool finished_ = false;
  std::vector<std::int16_t> result_;
};

int converter_of(ResamplerQuality quality) {
  switch (quality) {
    case ResamplerQuality::kFast: return SRC_SINC_FASTEST;
    case ResamplerQuality::kMedium: return SRC_SINC_MEDIUM_QUALITY;
    case ResamplerQuality::kBest: break;
  }
  return SRC_SINC_BEST_QUALITY;
}

bool is_valid_rate(int rate) { return rate >= kMinSampleRate && rate <= kMaxSampleRate; }

}  // namespace

Result<std::unique_ptr<Resampler>> Resampler::create(int from, int to, ResamplerQuality quality) {
  if (!is_valid_rate(from) || !is_valid_rate(to)) {
    return invalid_argument("cannot convert the sample rate from " + std::to_string(from) + " to " +
                            std::to_string(to) + ": both must lie between " +
                            std::to_string(kMinSampleRate) + " and " +
                            std::to_string(kMaxSampleRate));
  }
  if (from == to) return std::unique_ptr<Resampler>(std::make_unique<PassThrough>());
  int error = 0;
  StatePtr state(src_new(converter_of(quality), 1, &error));
  if (state == nullptr) {
    return internal_error(std::string("libsamplerate: ") + src_strerror(error));
  }
  return std::unique_ptr<Resampler>(
      std::make_unique<SincResampler>(std::move(state), static_cast<double>(to) / from));
}

}  // namespace voiceagent
