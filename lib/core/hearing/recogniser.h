// The recogniser: one speech-to-text stream at a time, fed with an utterance from a little before
// its beginning to the end of the turn.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "audio/frame_pool.h"
#include "base/ring.h"
#include "core/stream/stt_feed.h"
#include "core/stream/stt_port.h"
#include "voiceagent/stt.h"

namespace voiceagent {

// What the recogniser tells the session; on its executor.
class RecogniserListener {
 public:
  // The open utterance's words so far, settled ones included.
  virtual void recogniser_partial(std::string_view text) = 0;
  // Settled words; `text` is the whole utterance so far, and `complete` says that every flush has
  // been answered. Word times are on the session's clock.
  virtual void recogniser_final(std::string_view text, const Transcript& settled,
                                bool complete) = 0;
  virtual void recogniser_signal(TurnSignal signal, float probability) = 0;
  virtual void recogniser_failed(Status status) = 0;
  // Audio was lost because the recogniser could not keep up.
  virtual void recogniser_overflow(Duration lost) = 0;
  // The user goes on, and another stream hears it: the settled words never came.
  virtual void recogniser_replaced(Duration waited) = 0;

 protected:
  ~RecogniserListener() = default;
};

struct RecogniserOptions {
  int input_rate = 16'000;  // of the frames
  Duration preroll{0};
  std::string language;
  std::string session_id;
  Duration final_timeout{0};  // for a flush to be answered
};

class Recogniser final : public SttListener {
 public:
  Recogniser(RecogniserOptions options, PortContext ports, std::shared_ptr<SttProvider> provider,
             RecogniserListener& listener);
  ~Recogniser();

  // Takes every frame of the microphone, in order.
  void frame(const FramePtr& frame);
  // An utterance begins: the kept audio goes in first. The first frame of all came at `origin` on
  // the session's clock, or would have if they had come without a gap.
  void begin_utterance(Duration origin);
  // The utterance is over: its settled words come as a final. What is heard from now on waits: it
  // belongs to the utterance if that is resumed, or else to the next one.
  void flush();
  // The utterance goes on, once the flush has been answered. Where no answer comes in time another
  // stream hears the rest.
  void resume();
  // The flush won't be answered: the stream is forgotten. The utterance keeps the words so far, and
  // may be resumed.
  void give_up();
  // Frames from now on don't follow those before.
  void drop_preroll() { preroll_.clear(); }
  // The words are no longer wanted.
  void end_utterance();

  // The utterance's words: the settled ones and the latest partial.
  const std::string& text() const { return text_; }
  bool open() const { return open_; }

  void stt_partial(const Transcript& transcript) override;
  void stt_final(const Transcript& transcript) override;
  void stt_signal(TurnSignal signal, float probability) override;
  void stt_writable() override { feed(); }
  void stream_failed(Status status) override;
  void stream_closed() override;

 private:
  bool hear();
  Status open_stream();
  void feed();
  bool push(const FramePtr& frame);
  void go_on();
  void settle_words();
  void replace_stream();
  void let_go();
  Transcript on_session_clock(const Transcript& transcript);

  const RecogniserOptions options_;
  const PortContext ports_;
  const std::shared_ptr<SttProvider> provider_;
  RecogniserListener& listener_;

  Ring<FramePtr> preroll_;  // while no utterance is open
  Ring<FramePtr> backlog_;  // what the stream has no room for yet
  std::shared_ptr<SttPort> port_;
  SttFeed input_;
  bool open_ = false;
  bool flush_wanted_ = false;  // once the backlog has gone
  bool settling_ = false;      // frames wait: a flush was sent
  bool resumed_ = false;       // ... until it has been answered
  int owed_finals_ = 0;        // flushes that have not been answered
  Duration owed_for_{0};       // ... the latest one
  Duration origin_{0};         // of the first frame, on the session's clock
  std::int64_t frames_seen_ = 0;
  Duration stream_offset_{0};  // the session's clock less stream time
  Duration stream_time_{0};    // pushed into the stream so far
  std::string settled_;        // of the utterance
  std::string text_;
  std::vector<Word> words_;
};

}  // namespace voiceagent
