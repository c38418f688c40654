#include "voiceagent/call_recorder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "audio/resampler.h"
#include "transports/inprocess/player_track.h"
#include "voiceagent/wav.h"

namespace voiceagent {
namespace {

constexpr std::int64_t kBlock = 4096;  // frames written at a time
// One side that is so far behind the other is taken to be silent: memory stays bounded.
constexpr std::int64_t kMaxSecondsApart = 60;

class Recorder final : public CallRecorder {
 public:
  Recorder(Session& session, std::optional<WavWriter> writer)
      : session_(&session), writer_(std::move(writer)), rate_(session.output_rate()) {
    EventBus& events = session.events();
    // Dates the time line even when nothing else ever happens.
    opened_ = events.subscribe<event::SessionOpened>(
        [this](const event::SessionOpened&, const EventEnvelope& e) { clock(e); });
    audio_in_ =
        events.subscribe<event::AudioIn>([this](const event::AudioIn& in, const EventEnvelope& e) {
          hear_user(in.audio, clock(e));
        });
    audio_out_ = events.subscribe<event::AudioOut>(
        [this](const event::AudioOut& out, const EventEnvelope& e) { hear_agent(out, clock(e)); });
    flushed_ = events.subscribe<event::OutputFlushed>(
        [this](const event::OutputFlushed&, const EventEnvelope& e) { agent_.flush(clock(e)); });
    closed_ = events.subscribe<event::SessionClosed>(
        [this](const event::SessionClosed&, const EventEnvelope& e) {
          agent_.flush(clock(e));
          session_ = nullptr;
        });
  }

  std::int64_t played_position() override { return agent_.played(now()); }
  Status finish() override;

 private:
  // Samples since the session opened.
  std::int64_t clock(const EventEnvelope& envelope) {
    begin_ = session_->executor().now() - envelope.time;
    return last_ = duration_to_samples(envelope.time, rate_);
  }
  std::int64_t now() {
    if (session_ == nullptr || !begin_) return last_;
    const Duration since = session_->executor().now() - *begin_;
    return last_ = std::max(last_, duration_to_samples(std::max(since, Duration(0)), rate_));
  }

  void hear_user(AudioView audio, std::int64_t now);
  void hear_agent(const event::AudioOut& out, std::int64_t now);
  void end_of_user_stream();
  void append_user(std::span<const std::int16_t> samples) {
    user_.insert(user_.end(), samples.begin(), samples.end());
  }
  std::int64_t user_end() const { return written_ + static_cast<std::int64_t>(user_.size()); }
  void write_settled(std::int64_t now);
  void write_until(std::int64_t end);

  Session* session_;                 // null once it has closed
  std::optional<WavWriter> writer_;  // empty: only plays
  const int rate_;
  std::optional<Time> begin_;  // when the session opened, once it has
  std::int64_t last_ = 0;      // the latest time seen
  std::unique_ptr<Resampler> resampler_;
  int user_rate_ = 0;
  std::deque<std::int16_t> user_;  // from written_ on
  PlayerTrack agent_;
  std::int64_t written_ = 0;
  Status status_;
  bool finished_ = false;
  Subscription opened_, audio_in_, audio_out_, flushed_, closed_;
};

void Recorder::hear_user(AudioView audio, std::int64_t now) {
  if (finished_) return;
  if (audio.sample_rate != user_rate_) {
    end_of_user_stream();
    auto resampler = Resampler::create(audio.sample_rate, rate_);
    if (!resampler.ok()) {
      if (status_.ok()) status_ = resampler.status();
      return;
    }
    resampler_ = std::move(*resampler);
    user_rate_ = audio.sample_rate;
  }
  append_user(resampler_->process(audio.samples));
  write_settled(now);
}

void Recorder::hear_agent(const event::AudioOut& out, std::int64_t now) {
  if (finished_) return;
  agent_.play(now, out.position, out.audio.samples);
  write_settled(now);
}

void Recorder::end_of_user_stream() {
  if (resampler_ != nullptr) append_user(resampler_->finish());
  resampler_ = nullptr;
}

// What the agent said up to now can't change any more; of the user all that came is final.
void Recorder::write_settled(std::int64_t now) {
  const std::int64_t apart = kMaxSecondsApart * rate_;
  const std::int64_t both = std::min(now, user_end());
  const std::int64_t ahead = std::max(now, user_end());
  const std::int64_t end = std::max(both, ahead - apart);
  if (end - written_ >= kBlock) write_until(end);
}

void Recorder::write_until(std::int64_t end) {
  std::array<std::int16_t, kBlock> agent{};
  std::array<std::int16_t, 2 * kBlock> frames{};
  while (written_ < end) {
    const auto count = static_cast<std::size_t>(std::min(kBlock, end - written_));
    agent_.take(std::span(agent).first(count));
    const std::size_t heard = std::min(count, user_.size());
    for (std::size_t i = 0; i < count; ++i) {
      frames[2 * i] = i < heard ? user_[i] : std::int16_t{0};
      frames[2 * i + 1] = agent[i];
    }
    user_.erase(user_.begin(), user_.begin() + static_cast<std::ptrdiff_t>(heard));
    written_ += static_cast<std::int64_t>(count);
    if (writer_ && status_.ok()) status_ = writer_->write(std::span(frames).first(2 * count));
  }
}

Status Recorder::finish() {
  if (finished_) return status_;
  agent_.flush(now());
  end_of_user_stream();
  finished_ = true;
  write_until(std::max(user_end(), agent_.end()));
  if (!writer_) return status_;
  const Status written = writer_->finish();
  if (status_.ok()) status_ = written;
  return status_;
}

}  // namespace

Result<std::unique_ptr<CallRecorder>> CallRecorder::create(Session& session,
                                                           const std::string& path) {
  std::optional<WavWriter> writer;
  if (!path.empty()) {
    Result<WavWriter> created = WavWriter::create(path, session.output_rate(), 2);
    if (!created.ok()) return created.status();
    writer = std::move(*created);
  }
  return std::unique_ptr<CallRecorder>(std::make_unique<Recorder>(session, std::move(writer)));
}

}  // namespace voiceagent
