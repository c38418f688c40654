#include "input_audio.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace cli {

namespace va = voiceagent;

namespace {

constexpr int kFullScale = 32'767;
constexpr double kManyClipped = 0.005;  // loud but clean speech stays far below
constexpr int kSilence = 32;            // about -60 dB of full scale

}  // namespace

va::Result<InputAudio> InputAudio::open(const std::string& path) {
  va::Result<va::WavReader> reader = va::WavReader::open(path);
  if (!reader.ok()) return reader.status();
  return InputAudio(path, std::move(*reader));
}

double InputAudio::seconds() const {
  return static_cast<double>(reader_.format().frames) / sample_rate();
}

va::Result<std::size_t> InputAudio::read(std::span<std::int16_t> samples) {
  std::size_t filled = 0;
  while (filled < samples.size()) {
    const va::Result<std::size_t> count = reader_.read_mono(samples.subspan(filled));
    if (!count.ok()) return count.status();
    if (*count == 0) break;
    filled += *count;
  }
  look_at(samples.first(filled));
  return filled;
}

void InputAudio::look_at(std::span<const std::int16_t> samples) {
  samples_ += static_cast<std::int64_t>(samples.size());
  for (const std::int16_t sample : samples) {
    const int level = std::abs(static_cast<int>(sample));
    peak_ = std::max(peak_, level);
    if (level >= kFullScale) ++clipped_;
  }
}

std::vector<std::string> InputAudio::notes() const {
  std::vector<std::string> notes;
  const int channels = reader_.format().channels;
  if (channels > 1) {
    notes.push_back(path_ + ": its " + std::to_string(channels) +
                    " channels were averaged into one");
  }
  const double clipped =
      static_cast<double>(clipped_) / static_cast<double>(std::max<std::int64_t>(1, samples_));
  if (clipped > kManyClipped) {
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.1f", 100 * clipped);
    notes.push_back(path_ + ": " + percent +
                    " % of the samples are at full scale (clipped): words will be misheard; record "
                    "at a lower level");
  }
  if (samples_ > 0 && peak_ < kSilence) {
    notes.push_back(path_ + ": nothing but silence: was the microphone muted?");
  }
  return notes;
}

}  // namespace cli
