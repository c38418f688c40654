#include "providers/stt/pocketsphinx/features.h"

#include <optional>
#include <utility>

namespace voiceagent::pocketsphinx {

Features::Features(FrontEnd front_end, DecodeMode mode)
    : mode_(mode), front_end_(std::move(front_end)), mean_(front_end_.model_mean()) {}

void Features::add(std::span<const std::int16_t> samples) {
  made_.clear();
  front_end_.add(samples, made_);
  for (const Cepstrum& frame : made_) add_frame(frame);
}

void Features::end() {
  made_.clear();
  front_end_.end(made_);
  for (const Cepstrum& frame : made_) add_frame(frame);
  if (mode_ == DecodeMode::kWhole) {
    end_whole();
  } else if (!started_) {
    begin_live();  // a short word without a pause after it
  }
  ended_ = true;
}

void Features::add_frame(const Cepstrum& frame) {
  if (!started_) {
    started_ = start_.add(frame);
    if (!started_) return;
    if (mode_ == DecodeMode::kLive) return begin_live();
    whole_ = start_.frames();
    frames_ = whole_.size();
    return;
  }
  ++frames_;
  if (mode_ == DecodeMode::kWhole) return whole_.push_back(frame);
  mean_.add(frame);
  ready_.push_back(frame - mean_.mean());
}

// The mean over all that was kept serves the first of it too.
void Features::begin_live() {
  const std::optional<FrameRange> speech = speech_range(start_.frames());
  if (!speech) return;
  const std::span<const Cepstrum> frames = std::span(start_.frames()).subspan(speech->first);
  for (const Cepstrum& frame : frames) mean_.add(frame);
  for (const Cepstrum& frame : frames) ready_.push_back(frame - mean_.mean());
  frames_ = frames.size();
  skipped_ = start_.dropped() + speech->first;
}

void Features::end_whole() {
  if (!started_) whole_ = start_.frames();
  std::optional<FrameRange> speech = speech_range(whole_);
  // What was quiet only before its beginning may have no contrast within.
  if (!speech && started_) speech = FrameRange{0, whole_.size() - 1};
  if (!speech) return;
  const std::span<const Cepstrum> frames =
      std::span(whole_).subspan(speech->first, speech->last - speech->first + 1);
  const Cepstrum mean = mean_of(frames, front_end_.model_mean());
  for (const Cepstrum& frame : frames) ready_.push_back(frame - mean);
  skipped_ = start_.dropped() + speech->first;
  whole_.clear();
}

}  // namespace voiceagent::pocketsphinx
