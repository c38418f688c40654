#include "transcriber.h"

#include <algorithm>
#include <chrono>

namespace cli {

namespace va = voiceagent;
using std::chrono::seconds;

namespace {

// A recogniser alone ends its utterances by silence.
constexpr va::Duration kEndOfUtterance = std::chrono::milliseconds(300);

constexpr seconds kUtterancePause{1};  // somebody else may speak after it
constexpr seconds kLongestPiece{30};
constexpr seconds kShortestPiece{10};

}  // namespace

va::Status Transcriber::whole() {
  for (;;) {
    const auto samples = read(static_cast<std::size_t>(input_.sample_rate()) / 10);
    if (!samples.ok()) return samples.status();
    const auto converted = samples->empty() ? to_stream_.finish() : to_stream_.convert(*samples);
    piece_.insert(piece_.end(), converted.begin(), converted.end());
    if (samples->empty()) break;
    pauses_.push(*samples);
    if (va::Status status = end_piece(); !status.ok()) return status;
  }
  if (va::Status status = stream_.push(piece_); !status.ok()) return status;
  return settle();
}

// Recognises what lies before a long pause, or before the best pause when there is too much.
va::Status Transcriber::end_piece() {
  va::Duration cut;
  if (pauses_.silence_after_speech() >= kUtterancePause) {
    cut = pauses_.longest_pause(pauses_.length() - kUtterancePause, pauses_.length());
  } else if (pauses_.length() >= kLongestPiece) {
    cut = pauses_.longest_pause(kShortestPiece, kLongestPiece);
  } else {
    return {};
  }
  const auto count =
      std::min(piece_.size(), static_cast<std::size_t>(va::duration_to_samples(cut, rate_)));
  if (va::Status status = stream_.push(std::span(piece_).first(count)); !status.ok()) {
    return status;
  }
  if (va::Status status = settle(); !status.ok()) return status;
  piece_.erase(piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(count));
  pauses_.forget(cut);
  return {};
}

va::Status Transcriber::live(const va::AgentOptions& agent) {
  for (;;) {
    const auto samples = read(static_cast<std::size_t>(input_.sample_rate()) / 50);
    if (!samples.ok()) return samples.status();
    if (samples->empty()) break;
    if (va::Status status = stream_.push(to_stream_.convert(*samples)); !status.ok()) {
      return status;
    }
    pauses_.push(*samples);
    const va::Duration silence = pauses_.silence_after_speech();
    if (silence < kEndOfUtterance && pauses_.length() < agent.limits.max_utterance) continue;
    if (va::Status status = settle(); !status.ok()) return status;
    pauses_.forget(pauses_.length());
  }
  if (va::Status status = stream_.push(to_stream_.finish()); !status.ok()) return status;
  return settle();
}

va::Result<std::span<const std::int16_t>> Transcriber::read(std::size_t count) {
  frame_.resize(count);
  const va::Result<std::size_t> filled = input_.read(frame_);
  if (!filled.ok()) return filled.status();
  samples_read_ += static_cast<std::int64_t>(*filled);
  progress_.at(static_cast<double>(samples_read_) / input_.sample_rate());
  return std::span<const std::int16_t>(frame_).first(*filled);
}

va::Status Transcriber::settle() {
  if (va::Status status = stream_.settle(); !status.ok()) return status;
  const std::string_view text = std::string_view(stream_.text()).substr(told_);
  told_ += text.size();
  if (text.empty()) return {};
  progress_.clear();
  on_text_(text.front() == ' ' ? text.substr(1) : text);
  return {};
}

}  // namespace cli
