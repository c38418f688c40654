// Finds the pauses in audio, by a voice activity detector.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "provider_host.h"
#include "voiceagent/resample.h"
#include "voiceagent/vad.h"

namespace cli {

class PauseFinder {
 public:
  // For audio of `sample_rate`; frames of at least `threshold` are speech.
  static voiceagent::Result<PauseFinder> create(ProviderHost& host,
                                                std::shared_ptr<voiceagent::VadProvider> provider,
                                                int sample_rate, float threshold);

  // Takes the next samples.
  void push(std::span<const std::int16_t> samples);
  // Forgets what came before `time` of what is remembered.
  void forget(voiceagent::Duration time);

  // What is remembered, as a length of time.
  voiceagent::Duration length() const { return at(speech_.size()); }
  // The middle of the longest pause between two times; the later time when there is none.
  voiceagent::Duration longest_pause(voiceagent::Duration from, voiceagent::Duration to) const;
  // How long the last speech is over; 0 when nothing was said.
  voiceagent::Duration silence_after_speech() const;

 private:
  PauseFinder(std::shared_ptr<voiceagent::VadProvider> provider,
              std::unique_ptr<voiceagent::VadStream> vad, voiceagent::SampleRateConverter converter,
              float threshold)
      : provider_(std::move(provider)),
        vad_(std::move(vad)),
        format_(provider_->format()),
        converter_(std::move(converter)),
        threshold_(threshold) {}
  voiceagent::Duration at(std::size_t frame) const;
  std::size_t frame_at(voiceagent::Duration time) const;

  std::shared_ptr<voiceagent::VadProvider> provider_;
  std::unique_ptr<voiceagent::VadStream> vad_;
  voiceagent::VadFormat format_;
  voiceagent::SampleRateConverter converter_;
  float threshold_;
  std::vector<std::int16_t> rest_;  // less than a frame
  std::deque<bool> speech_;         // of each frame that is remembered
};

}  // namespace cli
