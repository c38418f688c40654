// The user's side of the line: a microphone that sends frames in step with the clock, and what the
// user says into it. Lives on the session's executor.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/scenario/record.h"
#include "voiceagent/executor.h"
#include "voiceagent/scenario.h"
#include "voiceagent/session.h"

namespace voiceagent::sim {

class UserVoice {
 public:
  // The sounds of words are written into `record`; what `far_end` plays comes back as an echo. All
  // of them must outlive it.
  UserVoice(Executor& executor, Session& session, FarEnd& far_end, Record& record,
            const step::Microphone& begin);
  ~UserVoice() { stop(); }
  UserVoice(const UserVoice&) = delete;
  UserVoice& operator=(const UserVoice&) = delete;

  void stop();
  // From now on.
  void change(const step::Microphone& microphone);
  // Whether a sound is being made.
  bool busy() const { return !sounds_.empty() && now() < sounds_.back().end; }
  // Whether some of a sound has not left yet: long frames leave late.
  bool sending() const { return !sounds_.empty(); }
  // Begin now; how long it lasts. REQUIRES: !busy().
  Duration say(const step::Say& say);
  Duration make_noise(const step::Noise& noise);

 private:
  struct Sound {
    Duration start{0};
    Duration end{0};
    std::function<Pcm(int rate)> render;
    Pcm pcm;  // at the present rate
  };

  Duration now() const { return executor_.now().time_since_epoch(); }
  Duration begin_sound(std::function<Pcm(int rate)> render);
  void schedule();
  void send(std::int64_t count);
  void fill(std::span<std::int16_t> frame);
  void add_echo(std::span<std::int16_t> frame);
  std::int64_t add(const Sound& sound, std::span<std::int16_t> frame) const;
  int next_length() const;

  Executor& executor_;
  Session& session_;
  FarEnd& far_end_;
  Record& record_;
  bool on_ = true;
  int rate_ = 16'000;
  std::vector<int> lengths_;   // of frames; empty: 20 ms
  std::size_t frame_ = 0;      // which of them is next
  int echo_ = 0;               // its level
  int background_ = 0;         // its level
  Duration base_{0};           // when sample 0 was, at this rate
  std::int64_t sent_ = 0;      // samples since then
  std::vector<Sound> sounds_;  // in order; none overlaps another
  std::vector<std::int16_t> buffer_;
  TimerId timer_ = 0;
};

}  // namespace voiceagent::sim
