#include "core/hearing/microphone.h"

#include <algorithm>
#include <string>

namespace voiceagent {
namespace {

constexpr Duration kInputGap{500'000'000};
// A network that stands still is no pause of the speaker's; one that does for longer has lost its
// caller.
constexpr Duration kNewBeginning{2'000'000'000};

std::size_t frames_in(Duration span, const VadFormat& format) {
  const Duration frame =
      samples_to_duration(static_cast<std::int64_t>(format.frame_samples), format.sample_rate);
  return static_cast<std::size_t>(std::max<std::int64_t>(1, (span + frame / 2) / frame));
}

SpeechGate::Rule gate_rule(const TurnOptions& options, const VadFormat& format) {
  SpeechGate::Rule rule;
  rule.threshold = options.vad_threshold;
  rule.window_frames = std::min<std::size_t>(64, frames_in(options.start_window, format));
  rule.start_frames = std::min(rule.window_frames, frames_in(options.start_speech, format));
  rule.stop_frames = static_cast<std::int64_t>(frames_in(options.stop_silence, format));
  return rule;
}

}  // namespace

Microphone::Microphone(const TurnOptions& options, VadFormat format, std::unique_ptr<VadStream> vad,
                       Executor& executor, std::shared_ptr<FramePool> pool,
                       MicrophoneListener& listener)
    : format_(format),
      vad_(std::move(vad)),
      executor_(executor),
      pool_(std::move(pool)),
      listener_(listener),
      gate_(gate_rule(options, format)),
      vad_frames_(format.frame_samples),
      gap_(executor, [this] { input_gap(); }) {}

Status Microphone::push(AudioView audio) {
  if (Status status = set_input_rate(audio.sample_rate); !status.ok()) return status;
  if (newest_ > 0 && executor_.now() - newest_at_ > kNewBeginning + audio.duration()) {
    reset();
    listener_.microphone_gap();
  }
  const auto samples = resampler_ != nullptr ? resampler_->process(audio.samples) : audio.samples;
  newest_ = position_ + static_cast<std::int64_t>(filled_ + samples.size());
  newest_at_ = executor_.now();
  add(samples);
  if (gate_.speaking()) gap_.arm(kInputGap);
  return Status::success();
}

void Microphone::reset() {
  filled_ = 0;
  newest_ = position_;
  skipped_ += static_cast<std::int64_t>(vad_frames_.rest().size());
  vad_frames_.clear();
  vad_->reset();
  hear_anew();
  if (resampler_ != nullptr) resampler_->reset();
}

void Microphone::hear_anew() {
  (void)gate_.cut();
  gap_.cancel();
}

Status Microphone::set_input_rate(int rate) {
  if (rate < kMinSampleRate || rate > kMaxSampleRate) {
    return invalid_argument("audio of " + std::to_string(rate) +
                            " samples a second: the rate must be from 4000 to 192000");
  }
  if (rate == input_rate_) return Status::success();
  std::unique_ptr<Resampler> resampler;
  if (rate != format_.sample_rate) {
    Result<std::unique_ptr<Resampler>> made = Resampler::create(rate, format_.sample_rate);
    if (!made.ok()) return made.status();
    resampler = std::move(*made);
  }
  if (resampler_ != nullptr) add(resampler_->finish());
  resampler_ = std::move(resampler);
  input_rate_ = rate;
  return Status::success();
}

void Microphone::add(std::span<const std::int16_t> samples) {
  const auto frame_samples = static_cast<std::size_t>(format_.sample_rate / 50);
  while (!samples.empty()) {
    if (!frame_) frame_ = pool_->take(frame_samples);
    const std::size_t take = std::min(samples.size(), frame_samples - filled_);
    std::copy_n(samples.data(), take, frame_->samples().data() + filled_);
    filled_ += take;
    samples = samples.subspan(take);
    if (filled_ == frame_samples) complete_frame();
  }
}

void Microphone::complete_frame() {
  const FramePtr frame = std::exchange(frame_, FramePtr());
  filled_ = 0;
  position_ += static_cast<std::int64_t>(frame->samples().size());
  listener_.microphone_clean(frame->samples());
  // First the audio, then what it means: when speech starts, its audio is in the pre-roll already.
  listener_.microphone_frame(frame);
  vad_frames_.push(std::as_const(*frame).samples(),
                   [this](std::span<const std::int16_t> samples) { detect(samples); });
}

void Microphone::detect(std::span<const std::int16_t> vad_frame) {
  const auto frame_samples = static_cast<std::int64_t>(format_.frame_samples);
  switch (gate_.push(vad_->process(vad_frame))) {
    case SpeechGate::Change::kNone: return;
    case SpeechGate::Change::kStarted:
      return listener_.microphone_speech_started(skipped_ + gate_.start_frame() * frame_samples);
    case SpeechGate::Change::kStopped:
      gap_.cancel();
      return listener_.microphone_speech_stopped(speech_end());
  }
}

void Microphone::input_gap() {
  if (gate_.cut()) listener_.microphone_speech_stopped(newest_);
}

Duration Microphone::age(std::int64_t sample) const {
  const std::int64_t since = std::max<std::int64_t>(0, newest_ - sample);
  return executor_.now() - newest_at_ + samples_to_duration(since, format_.sample_rate);
}

}  // namespace voiceagent
