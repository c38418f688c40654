#include "providers/vad/energy/energy_vad.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace voiceagent {
namespace {

constexpr VadFormat kFormat{16'000, 160};

// The floor follows a quieter frame soon and a louder one slowly: speech must not lift it, but new
// noise must be learnt within some seconds.
constexpr double kFallPerFrame = 0.2;    // of the distance
constexpr double kRisePerFrame = 0.03;   // dB: 3 a second
constexpr double kQuietest = -90.0;      // dB of full scale
constexpr double kLoudestStart = -50.0;  // a stream that begins with speech

struct EnergySettings {
  double threshold_db = 0;
  double min_level_db = 0;
};

// The power of a frame in dB of a full-scale square wave, without its constant part.
double level_of(std::span<const std::int16_t> frame) {
  double sum = 0;
  double squares = 0;
  for (const std::int16_t sample : frame) {
    sum += sample;
    squares += static_cast<double>(sample) * sample;
  }
  const auto count = static_cast<double>(frame.size());
  const double power = (squares - sum * sum / count) / count / (32768.0 * 32768.0);
  return power > 0 ? std::max(kQuietest, 10.0 * std::log10(power)) : kQuietest;
}

class EnergyVadStream final : public VadStream {
 public:
  explicit EnergyVadStream(EnergySettings settings) : settings_(settings) {}

  float process(std::span<const std::int16_t> frame) override {
    if (frame.size() != kFormat.frame_samples) return 0.0F;
    const double level = level_of(frame);
    if (!heard_) floor_ = std::min(level, kLoudestStart);
    heard_ = true;
    const double limit = std::max(floor_ + settings_.threshold_db, settings_.min_level_db);
    floor_ +=
        level < floor_ ? (level - floor_) * kFallPerFrame : std::min(level - floor_, kRisePerFrame);
    const double likelihood = 0.5 + (level - limit) / (2.0 * settings_.threshold_db);
    return static_cast<float>(std::clamp(likelihood, 0.0, 1.0));
  }

  void reset() override { heard_ = false; }

 private:
  const EnergySettings settings_;
  double floor_ = 0;  // dB
  bool heard_ = false;
};

class EnergyVad final : public VadProvider {
 public:
  explicit EnergyVad(EnergySettings settings) : settings_(settings) {}
  VadFormat format() const override { return kFormat; }
  Result<std::unique_ptr<VadStream>> start(const StreamContext& /*context*/) override {
    return std::unique_ptr<VadStream>(std::make_unique<EnergyVadStream>(settings_));
  }

 private:
  const EnergySettings settings_;
};

OptionDescriptor decibels(std::string name, double value, double min, double max,
                          std::string description) {
  OptionDescriptor option;
  option.name = std::move(name);
  option.type = OptionType::kNumber;
  option.default_value = value;
  option.description = std::move(description);
  option.unit = "dB";
  option.min = min;
  option.max = max;
  return option;
}

}  // namespace

ProviderInfo energy_vad_info() {
  ProviderInfo info;
  info.name = "energy";
  info.description = "Takes for speech what is louder than the noise; for quiet places.";
  info.options = {
      decibels("threshold_db", 9.0, 1.0, 40.0, "How far above the noise floor speech begins."),
      decibels("min_level_db", -55.0, -90.0, 0.0,
               "What is quieter than this, against full scale, is never speech."),
  };
  return info;
}

Result<std::shared_ptr<VadProvider>> make_energy_vad(const Options& options,
                                                     const ProviderContext& /*context*/) {
  const EnergySettings settings{options.number("threshold_db"), options.number("min_level_db")};
  return std::shared_ptr<VadProvider>(std::make_shared<EnergyVad>(settings));
}

}  // namespace voiceagent
