#include "caller.h"

#include <chrono>
#include <utility>

namespace cli {

namespace va = voiceagent;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kFrame{20};
constexpr int kFramesASecond = 50;
constexpr int kLeastSilence = kFramesASecond / 2;  // so that the end of speech can be noticed
constexpr int kMostSilence = 30 * kFramesASecond;

}  // namespace

Caller::Caller(va::Session& session, InputAudio& input, va::CallRecorder& recorder,
               std::function<void(va::Status)> on_done)
    : session_(session), input_(input), recorder_(recorder), on_done_(std::move(on_done)) {
  closed_ = session.events().subscribe<va::event::SessionClosed>(
      [this](const va::event::SessionClosed&) { done({}); });
}

Caller::~Caller() { session_.executor().cancel(timer_); }

void Caller::begin() {
  begin_ = session_.executor().now();
  schedule();
}

void Caller::schedule() {
  const va::Time due = begin_ + (frame_ + 1) * kFrame;
  timer_ = session_.executor().post_after(due - session_.executor().now(), [this] { tick(); });
}

void Caller::tick() {
  if (done_) return;
  session_.report_playback(recorder_.played_position());
  if (!speaking_ && heard_out()) return done({});
  if (va::Status status = fill_frame(); !status.ok()) return done(std::move(status));
  const va::Status pushed = session_.push_audio({samples_, input_.sample_rate()});
  if (!pushed.ok()) return done(pushed);
  ++frame_;
  schedule();
}

va::Status Caller::fill_frame() {
  // Frames of rates that 50 doesn't divide differ by a sample.
  const std::int64_t rate = input_.sample_rate();
  const std::int64_t begin = frame_ * rate / kFramesASecond;
  const std::int64_t end = (frame_ + 1) * rate / kFramesASecond;
  samples_.assign(static_cast<std::size_t>(end - begin), 0);
  if (speaking_) {
    const va::Result<std::size_t> count = input_.read(samples_);
    if (!count.ok()) return count.status();
    speaking_ = *count == samples_.size();
  }
  if (!speaking_) ++silence_;
  return {};
}

bool Caller::heard_out() {
  if (silence_ < kLeastSilence) return false;
  gave_up_ = silence_ >= kMostSilence && !session_.idle();
  return gave_up_ || session_.idle();
}

void Caller::done(va::Status status) {
  if (std::exchange(done_, true)) return;
  on_done_(std::move(status));
}

}  // namespace cli
