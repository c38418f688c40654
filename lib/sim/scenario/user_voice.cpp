#include "sim/scenario/user_voice.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace voiceagent::sim {
namespace {

constexpr double kNone = -96;       // dB of full scale
constexpr double kVoiceDb = -13.3;  // of simulated speech, in the middle

int level_of(double db) {
  return db > kNone ? static_cast<int>(std::lround(32'767 * std::pow(10.0, db / 20))) : 0;
}

// A square wave of 500 Hz: loud to a detector, unreadable to a recogniser. `begin` counts the
// samples before these.
void rattle(std::span<std::int16_t> samples, int level, int rate, std::int64_t begin) {
  const std::int64_t half = std::max(1, rate / 1000);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool up = (begin + static_cast<std::int64_t>(i)) / half % 2 == 0;
    samples[i] = static_cast<std::int16_t>(up ? level : -level);
  }
}

Duration length_of(const step::Say::Piece& piece) {
  return piece.words.empty() ? piece.pause
                             : kCharacterTime * static_cast<std::int64_t>(piece.words.size());
}

Pcm render_words(const step::Say& say, int rate) {
  Pcm all;
  all.sample_rate = rate;
  for (const step::Say::Piece& piece : say.pieces) {
    const Pcm part = piece.words.empty() ? silence(piece.pause, rate) : speak(piece.words, rate);
    all.samples.insert(all.samples.end(), part.samples.begin(), part.samples.end());
  }
  return all;
}

}  // namespace

UserVoice::UserVoice(Executor& executor, Session& session, FarEnd& far_end, Record& record,
                     const step::Microphone& begin)
    : executor_(executor), session_(session), far_end_(far_end), record_(record), base_(now()) {
  change(begin);
}

void UserVoice::stop() {
  if (timer_ != 0) (void)executor_.cancel(std::exchange(timer_, 0));
}

void UserVoice::change(const step::Microphone& microphone) {
  stop();
  // What came before the change goes out as it was.
  send(duration_to_samples(now() - base_, rate_) - sent_);
  on_ = microphone.on.value_or(on_);
  if (!microphone.frame_samples.empty()) {
    lengths_ = microphone.frame_samples;
    frame_ = 0;
  }
  if (microphone.noise_db) background_ = level_of(*microphone.noise_db);
  if (microphone.echo_db) echo_ = level_of(*microphone.echo_db + kVoiceDb);
  if (microphone.rate && *microphone.rate != rate_) {
    rate_ = *microphone.rate;
    for (Sound& sound : sounds_) sound.pcm = sound.render(rate_);
  }
  base_ = now();
  sent_ = 0;
  schedule();
}

Duration UserVoice::say(const step::Say& say) {
  Duration at = now();
  for (const step::Say::Piece& piece : say.pieces) {
    const Duration end = at + length_of(piece);
    if (!piece.words.empty()) record_.words.push_back({at, end});
    at = end;
  }
  record_.said.push_back({now(), at});
  return begin_sound([say](int rate) { return render_words(say, rate); });
}

Duration UserVoice::make_noise(const step::Noise& noise) {
  return begin_sound([noise](int rate) {
    Pcm pcm = silence(noise.length, rate);
    rattle(pcm.samples, level_of(noise.level_db), rate, 0);
    return pcm;
  });
}

Duration UserVoice::begin_sound(std::function<Pcm(int rate)> render) {
  Pcm pcm = render(rate_);
  const Duration length = pcm.view().duration();
  sounds_.push_back({now(), now() + length, std::move(render), std::move(pcm)});
  return length;
}

int UserVoice::next_length() const { return lengths_.empty() ? rate_ / 50 : lengths_[frame_]; }

void UserVoice::schedule() {
  const std::int64_t count = next_length();
  const Duration due = base_ + samples_to_duration(sent_ + count, rate_);
  timer_ = executor_.post_after(due - now(), [this, count] {
    send(count);
    if (!lengths_.empty()) frame_ = (frame_ + 1) % lengths_.size();
    schedule();
  });
}

void UserVoice::send(std::int64_t count) {
  if (count <= 0) return;
  buffer_.resize(static_cast<std::size_t>(count));
  fill(buffer_);
  sent_ += count;
  if (on_ && !session_.closed()) (void)session_.push_audio({buffer_, rate_});
}

// The next samples after those that were sent.
void UserVoice::fill(std::span<std::int16_t> frame) {
  if (background_ > 0) {
    rattle(frame, background_, rate_, sent_);
  } else {
    std::ranges::fill(frame, std::int16_t{0});
  }
  if (echo_ > 0) add_echo(frame);
  std::erase_if(sounds_, [&](const Sound& sound) {
    return add(sound, frame) <= static_cast<std::int64_t>(frame.size());
  });
}

// What the far end has played since the frame began, before the user's own voice covers it.
void UserVoice::add_echo(std::span<std::int16_t> frame) {
  const std::vector<Played>& played = far_end_.stretches();
  const auto place = [&](Duration time) {
    const std::int64_t at = duration_to_samples(time - base_, rate_) - sent_;
    return std::clamp<std::int64_t>(at, 0, static_cast<std::int64_t>(frame.size()));
  };
  for (auto one = played.rbegin(); one != played.rend() && place(one->end) > 0; ++one) {
    const std::int64_t from = place(one->start);
    const auto part = frame.subspan(static_cast<std::size_t>(from),
                                    static_cast<std::size_t>(place(one->end) - from));
    rattle(part, echo_, rate_, sent_ + from);
  }
}

// Puts what there is of `sound` into the frame; where it ends, counted from the frame's begin.
std::int64_t UserVoice::add(const Sound& sound, std::span<std::int16_t> frame) const {
  const auto length = static_cast<std::int64_t>(sound.pcm.samples.size());
  const std::int64_t start = duration_to_samples(sound.start - base_, rate_) - sent_;
  const std::int64_t from = std::max<std::int64_t>(0, start);
  const std::int64_t to = std::min(static_cast<std::int64_t>(frame.size()), start + length);
  for (std::int64_t i = from; i < to; ++i) {
    frame[static_cast<std::size_t>(i)] = sound.pcm.samples[static_cast<std::size_t>(i - start)];
  }
  return start + length;
}

}  // namespace voiceagent::sim
