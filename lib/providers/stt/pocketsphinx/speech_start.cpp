#include "providers/stt/pocketsphinx/speech_start.h"

#include <algorithm>

namespace voiceagent::pocketsphinx {
namespace {

constexpr std::size_t kMargin = 30;       // frames kept before and after the loud ones
constexpr std::size_t kMaxQuiet = 60;     // frames kept while nothing is loud
constexpr std::size_t kStartFrames = 40;  // from the first loud one on, before speech is certain
constexpr float kMinContrast = 15;        // of the loudest frame above the background: 13 dB
constexpr float kBelowPeak = 25;          // what is 22 dB below the loudest frame is not loud

}  // namespace

std::optional<FrameRange> loud_range(std::span<const Cepstrum> frames) {
  if (frames.empty()) return std::nullopt;
  std::vector<float> levels;
  levels.reserve(frames.size());
  for (const Cepstrum& frame : frames) levels.push_back(frame[0]);
  const auto tenth = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 10);
  std::nth_element(levels.begin(), tenth, levels.end());
  const float background = *tenth;
  const float peak = *std::max_element(tenth, levels.end());
  if (peak - background < kMinContrast) return std::nullopt;
  const float limit = std::max(peak - kBelowPeak, (peak + background) / 2);
  FrameRange range;
  range.last = frames.size() - 1;
  while (frames[range.first][0] <= limit) ++range.first;
  while (frames[range.last][0] <= limit) --range.last;
  return range;
}

std::optional<FrameRange> speech_range(std::span<const Cepstrum> frames) {
  std::optional<FrameRange> range = loud_range(frames);
  if (!range) return range;
  range->first -= std::min(range->first, kMargin);
  range->last = std::min(range->last + kMargin, frames.size() - 1);
  return range;
}

bool SpeechStart::add(const Cepstrum& frame) {
  frames_.push_back(frame);
  const std::optional<FrameRange> loud = loud_range(frames_);
  if (loud && frames_.size() - loud->first >= kStartFrames) return true;
  const std::size_t quiet = loud ? loud->first : frames_.size();
  if (quiet > kMaxQuiet) {
    frames_.erase(frames_.begin(),
                  frames_.begin() + static_cast<std::ptrdiff_t>(quiet - kMaxQuiet));
    dropped_ += quiet - kMaxQuiet;
  }
  return false;
}

}  // namespace voiceagent::pocketsphinx
