#include "providers/stt/pocketsphinx/transcription.h"

#include <utility>
#include <vector>

namespace voiceagent::pocketsphinx {
namespace {

constexpr std::size_t kSlice = 5;  // frames decoded at a time, and between partials
// The decoder remembers every frame of an utterance: after 30 s it makes a new beginning.
constexpr std::size_t kMaxFrames = 3000;

Duration frame_time(std::size_t frames) { return kFrameTime * static_cast<std::int64_t>(frames); }

}  // namespace

Transcription::Need Transcription::need() const {
  if (!utterance_) return settling_ ? Need::kTime : Need::kAudio;
  if (utterance_->features.has_next()) {
    return utterance_->lease ? Need::kTime : Need::kDecoder;
  }
  return utterance_->features.ended() ? Need::kTime : Need::kAudio;
}

Status Transcription::hear(std::span<const std::int16_t> samples) {
  if (!utterance_) {
    Result<FrontEnd> front_end = FrontEnd::create(files_);
    if (!front_end.ok()) return front_end.status();
    utterance_.emplace(std::move(*front_end), mode_, heard_);
  }
  heard_ += static_cast<std::int64_t>(samples.size());
  utterance_->features.add(samples);
  if (utterance_->features.frames() >= kMaxFrames) utterance_->features.end();
  return {};
}

void Transcription::settle() {
  settling_ = true;
  if (utterance_) utterance_->features.end();
}

Status Transcription::give(DecoderLease lease) {
  utterance_->lease = std::move(lease);
  if (Status status = utterance_->lease.make(); !status.ok()) return status;
  return utterance_->lease.item().begin();
}

Status Transcription::work() {
  if (utterance_ && utterance_->features.has_next()) return decode();
  return conclude();
}

Status Transcription::decode() {
  Features& features = utterance_->features;
  for (std::size_t i = 0; i < kSlice && features.has_next(); ++i) {
    Status status = utterance_->lease.item().push(features.next());
    if (!status.ok()) return status;
    if (++utterance_->decoded % kSlice == 0) send_partial();
  }
  return {};
}

void Transcription::send_partial() {
  if (mode_ != DecodeMode::kLive) return;
  std::string text = utterance_->lease.item().text();
  if (text == utterance_->partial) return;
  utterance_->partial = std::move(text);
  Transcript transcript;
  transcript.text = utterance_->partial;
  sink_.partial(transcript);
}

Status Transcription::conclude() {
  Heard heard;
  Duration start{0};
  if (utterance_ && utterance_->lease) {
    Result<Heard> result = utterance_->lease.item().end();
    if (!result.ok()) return result.status();
    heard = std::move(*result);
    start = samples_to_duration(utterance_->first_sample, kSampleRate) +
            frame_time(utterance_->features.skipped());
  }
  utterance_.reset();
  if (std::exchange(settling_, false) || !heard.text.empty()) send_final(heard, start);
  return {};
}

void Transcription::send_final(const Heard& heard, Duration start) {
  std::vector<Word> words;
  float sum = 0;
  for (const HeardWord& word : heard.words) {
    words.push_back(
        {word.text, start + frame_time(word.begin), start + frame_time(word.end), word.confidence});
    sum += word.confidence;
  }
  Transcript transcript;
  transcript.text = heard.text;
  if (!words.empty()) transcript.confidence = sum / static_cast<float>(words.size());
  transcript.words = words;
  sink_.final(transcript);
}

void Transcription::drop() {
  if (utterance_) utterance_->lease.give_back();
}

}  // namespace voiceagent::pocketsphinx
