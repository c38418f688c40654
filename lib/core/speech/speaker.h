// The speaker: clauses go in, audio frames come out as they are due, and it knows what was heard.
//
// It sends at most a little ahead of the playing (the lead); whatever is further ahead waits here,
// where it can still be cancelled. Holding takes back what was sent and not heard, and releasing
// begins at the sample that the user would have heard next.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "audio/frame_pool.h"
#include "audio/resampler.h"
#include "base/ring.h"
#include "core/speech/playout_clock.h"
#include "core/speech/spoken_text.h"
#include "core/stream/part_timer.h"
#include "core/stream/tts_port.h"
#include "voiceagent/events.h"

namespace voiceagent {

// What the speaker tells the session; on its executor.
class SpeakerListener {
 public:
  // A frame leaves; `position` counts the samples sent before it.
  virtual void speaker_frame(AudioView audio, std::int64_t position, TextSpan span) = 0;
  // The player must drop what it has not played; the next frame will have `position`.
  virtual void speaker_flushed(std::int64_t position) = 0;
  // The synthesiser gave the reply's first audio.
  virtual void speaker_first_audio() = 0;
  // The reply of `turn` has been heard up to byte `text_end`: the present one, or by late reports
  // the one before.
  virtual void speaker_heard(TurnId turn, std::size_t text_end) = 0;
  // The first sample of the present reply has been played.
  virtual void speaker_played() = 0;
  // The whole reply has been heard.
  virtual void speaker_finished() = 0;
  // The synthesiser failed; nothing more will be spoken of this reply.
  virtual void speaker_failed(Status status) = 0;

 protected:
  ~SpeakerListener() = default;
};

struct SpeakerOptions {
  int sample_rate = 16'000;  // of the frames
  Duration lead{0};
  Duration playout_delay{0};
  bool expects_reports = false;
  Duration stall_timeout{0};  // the longest wait for audio that is owed
  std::string voice;
  std::string language;
  std::string session_id;
};

class Speaker final : public TtsListener {
 public:
  Speaker(SpeakerOptions options, PortContext ports, std::shared_ptr<TtsProvider> provider,
          std::shared_ptr<FramePool> pool, SpeakerListener& listener);
  ~Speaker();

  // The reply of `turn` begins; the one before has ended. `withheld`: nothing leaves before
  // release().
  void begin(TurnId turn, bool withheld = false);
  // Speaks a clause: the bytes of the reply at `span`, which follows the clause before.
  void say(std::string_view clause, TextSpan span);
  // Speaks the whole reply with audio that is there already.
  void play(AudioView audio, std::string_view text);
  // No more clauses.
  void end_of_text();
  // Stops within this call; what was heard has been told by speaker_heard(). A report that was on
  // its way may still add to it, until another reply has been sent and ended.
  void cancel();
  // Withholds all output, taking back what was not heard yet.
  void hold();
  void release();
  // The player has played up to `position`.
  void report(std::int64_t position);

  // The first sample that, as far as is known, was not played. REQUIRES: hold() came before.
  std::int64_t unplayed_position() const {
    return reply_.taken_back_to > 0 ? reply_.taken_back_from : clock_.sent();
  }
  std::int64_t sent_position() const { return clock_.sent(); }
  // When the last sample was played, as far as is known. REQUIRES: nothing is being played, after
  // hold() or cancel().
  Duration silent_at() const { return clock_.silent_at(); }
  // Whether the reply goes on and nothing of it is being said, nor about to be.
  bool waits_for_text() const {
    return active_ && !held_ && !failed_ && !owes_audio() && filling_.count == 0 &&
           reply_.ready.empty() && reply_.sent.empty();
  }
  // Whether the reply's speech broke off because the synthesiser failed.
  bool failed() const { return failed_; }

  void tts_audio(FramePtr frame, int sample_rate) override;
  void tts_timing(const SpokenSpan& span) override;
  void tts_done() override;
  void stream_failed(Status status) override;
  void stream_closed() override;

 private:
  struct Piece {
    FramePtr frame;
    std::size_t offset = 0;         // into the frame
    std::size_t count = 0;          // samples
    std::int64_t reply_sample = 0;  // of its first sample
    std::int64_t position = 0;      // in the output stream, once sent
  };

  struct Waiting {  // a clause that the synthesiser had no room for yet
    std::string text;
    TextSpan span;
  };

  // A reply, as far as its hearing goes.
  struct Reply {
    TurnId turn = 0;
    SpokenText text;
    Ring<Piece> ready;                  // not sent yet, or taken back
    Ring<Piece> sent;                   // sent, not heard yet
    std::int64_t consumed_samples = 0;  // that have left at least once
    std::int64_t heard_samples = 0;
    std::size_t heard_text = 0;        // bytes
    std::int64_t taken_back_from = 0;  // positions that holding took back; a late report may say
    std::int64_t taken_back_to = 0;    // that the player was further

    // Nothing of it waits: gives back the memory, of which most sessions have no need most of the
    // time.
    void rest() {
      if (ready.empty()) ready = {};
      if (sent.empty()) sent = {};
    }
  };

  Duration now() const { return ports_.executor->now().time_since_epoch(); }
  std::size_t frame_samples() const { return static_cast<std::size_t>(options_.sample_rate / 50); }
  bool audio_complete() const {
    return text_complete_ && waiting_.empty() && reply_.text.all_done();
  }
  bool owes_audio() const { return !waiting_.empty() || !reply_.text.all_done(); }
  std::int64_t queued_samples() const {
    return reply_samples_ + static_cast<std::int64_t>(filling_.count);
  }

  // synthesis: clauses out, audio in
  Status open_stream();
  void feed();
  bool left_unspoken() const;
  void fail(Status status);
  void close_port();
  void check_progress();
  Status set_tts_rate(int rate);
  void drain_resampler();
  std::int64_t to_output(std::int64_t tts_samples) const;

  // output: frames, the clock, what was heard
  void append(std::span<const std::int16_t> samples);
  void append(FramePtr frame);
  void finish_piece();
  void pump();
  Duration next_due() const;
  void send(Piece piece, Duration at);
  void consume(std::int64_t reply_sample);
  void heard_up_to(Reply& reply, std::int64_t position);
  void finish_if_heard(Duration at);
  void take_back();
  static void advance(Piece& piece, std::int64_t samples);
  static void drop_taken_back(Reply& reply, std::int64_t samples);
  void schedule(Duration at);

  const SpeakerOptions options_;
  const PortContext ports_;
  const std::shared_ptr<TtsProvider> provider_;
  const std::shared_ptr<FramePool> pool_;
  SpeakerListener& listener_;

  // What every frame needs lies together.
  PlayoutClock clock_;
  bool active_ = false;
  bool held_ = false;
  bool text_complete_ = false;
  bool failed_ = false;
  bool first_audio_ = false;  // came
  bool finish_told_ = false;  // the stream knows that no more text comes
  Reply reply_;
  Piece filling_;                   // the frame that is being filled
  std::int64_t reply_samples_ = 0;  // of the reply, in whole frames so far
  Duration progress_{0};            // when the synthesiser last did something, or could
  std::shared_ptr<TtsPort> port_;
  std::unique_ptr<Resampler> resampler_;
  int tts_rate_ = 0;        // of the audio that comes
  int silent_answers_ = 0;  // of the stream, since its latest sound: there should have been some
  PartTimer tick_;
  PartTimer watchdog_;
  Ring<Waiting> waiting_;
  Reply before_;                    // the latest one of which anything was sent, before that
  std::int64_t begun_at_ = 0;       // position: what is before belongs to earlier replies
  std::size_t stream_text_ = 0;     // where in the reply the stream's text begins,
  std::int64_t stream_sample_ = 0;  // and its audio
};

}  // namespace voiceagent
