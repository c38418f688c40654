#include "transcriber.h"

#include <chrono>

namespace cli {

namespace va = voiceagent;
using std::chrono::seconds;

namespace {

constexpr seconds kLongestPiece{30};
constexpr seconds kShortestPiece{10};

}  // namespace

va::Status Transcriber::whole() {
  std::vector<std::int16_t> piece;
  const auto longest = static_cast<std::size_t>(va::duration_to_samples(kLongestPiece, rate_));
  for (;;) {
    const auto samples = read(static_cast<std::size_t>(input_.sample_rate()) / 10);
    if (!samples.ok()) return samples.status();
    const auto converted = samples->empty() ? to_stream_.finish() : to_stream_.convert(*samples);
    piece.insert(piece.end(), converted.begin(), converted.end());
    if (samples->empty()) break;
    pauses_.push(*samples);
    if (piece.size() <= longest) continue;
    const va::Duration cut = pauses_.longest_pause(kShortestPiece, kLongestPiece);
    const auto count = static_cast<std::size_t>(va::duration_to_samples(cut, rate_));
    if (va::Status status = stream_.push(std::span(piece).first(count)); !status.ok()) {
      return status;
    }
    if (va::Status status = settle(); !status.ok()) return status;
    piece.erase(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
    pauses_.forget(cut);
  }
  if (va::Status status = stream_.push(piece); !status.ok()) return status;
  return settle();
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
    if (silence < agent.turn.endpointing && pauses_.length() < agent.limits.max_utterance) continue;
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
