// The way of a chain's audio to its sink: in whole words while there is time, with the words'
// places and the answers to flushes between its samples. Nothing of a synthesiser that fails in
// mid-word is heard twice. Samples are counted from the stream's beginning. On the stream's
// executor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ring.h"
#include "core/resilience/kept_audio.h"
#include "core/resilience/word_marks.h"
#include "voiceagent/executor.h"
#include "voiceagent/time.h"
#include "voiceagent/tts.h"

namespace voiceagent {

class SpeechOutlet {
 public:
  SpeechOutlet(TtsSink& sink, Executor& executor, int sample_rate)
      : sink_(sink), executor_(executor), rate_(sample_rate) {}

  int rate() const { return rate_; }
  // REQUIRES: received() == 0.
  void set_rate(int sample_rate) { rate_ = sample_rate; }
  // How long the present synthesiser pauses, at worst; nullopt: nobody knows.
  void expect_pauses(std::optional<Duration> longest);

  void audio(std::span<const std::int16_t> samples);
  // Audio that goes on with the next call.
  void keep(std::span<const std::int16_t> samples) { held_.add(samples); }
  void word(const SpokenSpan& span) { marks_.add(span); }
  // The words from `begin` up to `end` of `text`, spread over the samples from `from` up to `to`.
  void guess_words(std::string_view text, std::size_t begin, std::size_t end, std::int64_t from,
                   std::int64_t to);
  // The sink is told done() once all that was received has gone on.
  void done();
  // Nothing more comes.
  void complete();
  // The sink takes audio again.
  void resume();
  // Nothing more goes out.
  void shut() { shut_ = true; }

  // The synthesiser has failed; `text` is all that it was given. Its whole words go on, the rest is
  // dropped.
  WordMarks::Resume break_off(std::string_view text);
  // Passes on what may go.
  void drain();

  std::int64_t received() const { return delivered_ + held_.size(); }
  // The sink is full.
  bool refused() const { return refused_; }
  bool is_complete() const { return complete_; }
  // It is complete, and all of it has gone on.
  bool is_empty() const { return complete_ && held_.size() == 0 && answers_.empty(); }
  WordMarks& marks() { return marks_; }
  const WordMarks& marks() const { return marks_; }

 private:
  std::int64_t may_go() const;
  bool deliver_held(std::int64_t until);
  bool deliver(std::span<const std::int16_t> samples);
  void tell_spans(std::int64_t until);
  bool is_urgent() const { return playhead_ < executor_.now() + lead_; }

  TtsSink& sink_;
  Executor& executor_;
  int rate_;
  WordMarks marks_;
  KeptAudio held_;              // received, not delivered
  Ring<std::int64_t> answers_;  // done() to be told once so much has been delivered
  std::int64_t delivered_ = 0;
  Time playhead_{};  // when what was delivered will have been played, at the earliest
  Duration lead_{};
  bool refused_ = false;
  bool complete_ = false;
  bool shut_ = false;
};

}  // namespace voiceagent
