#include "providers/tts/flite/stream.h"

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/tts/flite/outlet.h"
#include "providers/tts/flite/synthesis.h"
#include "providers/tts/flite/text.h"

namespace voiceagent::flite {
namespace {

constexpr std::size_t kMaxPiece = 4096;  // bytes
constexpr std::size_t kMaxPieces = 64;

// Text that waits, and how many done() answer its end.
struct Piece {
  std::string text;
  std::size_t offset = 0;  // of its first byte in the stream's text
  int flushes = 0;
};

// The stream itself. A job holds it too, because one that was queued may outlive the stream.
class Speaker final : public std::enable_shared_from_this<Speaker>, Listener {
 public:
  Speaker(const Voice& voice, double speed, WorkerPool& workers, TtsSink& sink)
      : voice_(voice), speed_(speed), workers_(workers), sink_(sink), outlet_(sink) {}

  // The methods of TtsStream.
  bool text(std::string_view piece);
  void flush(bool last);
  void resume();
  // Ends the stream: with an error, unless `why` is ok.
  void stop(Status why);

 private:
  void run();
  void speak();
  bool next_piece();
  void end_piece();
  bool has_more();
  void leave();
  Status submit();
  void submit_or_stop();
  void close();
  bool is_over() const { return closed_ || finished_ || stopped_; }
  bool needs_job() { return outlet_.has_room() && !std::exchange(submitted_, true); }

  void words(std::vector<SpokenSpan> words) override;
  bool audio(std::span<const std::int16_t> samples) override;

  const Voice voice_;
  const double speed_;
  WorkerPool& workers_;
  TtsSink& sink_;
  std::atomic<bool> stopped_{false};
  std::size_t text_bytes_ = 0;  // of all pieces so far; only text() and flush() use it

  std::mutex mutex_;
  std::deque<Piece> pieces_;  // the front one may be in work
  bool finished_ = false;     // no more text comes
  bool submitted_ = false;    // a job is queued or at work
  int inside_ = 0;            // jobs that may still use sink_ and workers_
  bool closed_ = false;
  Status failure_;

  // Only the job at work touches these.
  Outlet outlet_;
  std::vector<Utterance> utterances_;  // of the front piece
  std::size_t next_utterance_ = 0;
  bool piece_open_ = false;       // the front piece is in work
  std::size_t piece_offset_ = 0;  // its offset
};

bool Speaker::text(std::string_view piece) {
  if (piece.size() > kMaxPiece) {
    stop(invalid_argument("flite takes at most " + std::to_string(kMaxPiece) +
                          " bytes of text at a time, not " + std::to_string(piece.size()) +
                          "; push clauses"));
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (is_over() || pieces_.size() >= kMaxPieces) return false;
    if (piece.empty()) return true;
    pieces_.push_back({std::string(piece), text_bytes_});
    text_bytes_ += piece.size();
    if (!needs_job()) return true;
  }
  const Status submitted = submit();
  if (submitted.ok()) return true;
  {
    const std::lock_guard lock(mutex_);
    submitted_ = false;
    pieces_.pop_back();
    text_bytes_ -= piece.size();
  }
  if (!is_retryable(submitted.code())) stop(submitted);
  return false;
}

// A flush is a number on the last piece, so that any number of them takes no room.
void Speaker::flush(bool last) {
  {
    const std::lock_guard lock(mutex_);
    if (is_over()) return;
    finished_ = last;
    if (pieces_.empty()) pieces_.push_back({{}, text_bytes_});
    ++pieces_.back().flushes;
    if (!needs_job()) return;
  }
  submit_or_stop();
}

void Speaker::resume() {
  outlet_.make_room();
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || stopped_ || pieces_.empty() || !needs_job()) return;
  }
  submit_or_stop();
}

void Speaker::stop(Status why) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (!stopped_.exchange(true)) failure_ = std::move(why);
    if (inside_ > 0) return;  // that job closes, within 20 ms of audio
    closed_ = true;
  }
  close();
}

Status Speaker::submit() {
  return workers_.submit([self = shared_from_this()] { self->run(); });
}

void Speaker::submit_or_stop() {
  const Status submitted = submit();
  if (!submitted.ok()) stop(submitted.within("flite"));
}

// A job: at most one utterance, then the next job in the queue, so that streams share the workers.
void Speaker::run() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    ++inside_;
  }
  do {
    speak();
  } while (has_more() && !submit().ok());  // a full pool: the rest is spoken here
  leave();
}

bool Speaker::has_more() {
  const std::lock_guard lock(mutex_);
  submitted_ = !stopped_ && !pieces_.empty() && outlet_.has_room();
  return submitted_;
}

// The next job may be at work before this one has left; the last one closes.
void Speaker::leave() {
  {
    const std::lock_guard lock(mutex_);
    if (--inside_ > 0 || closed_) return;
    if (!stopped_ && !(finished_ && pieces_.empty())) return;
    closed_ = true;
  }
  close();
}

void Speaker::close() {
  if (!failure_.ok()) sink_.error({failure_.code(), failure_.message()});
  sink_.closed();
}

void Speaker::speak() {
  bool spoke = false;
  outlet_.drain();
  while (outlet_.empty() && !stopped_) {
    if (next_utterance_ < utterances_.size()) {
      if (std::exchange(spoke, true)) return;
      synthesize(utterances_[next_utterance_++], voice_, speed_, *this);
    } else if (!next_piece()) {
      return;
    }
  }
}

// Ends the piece in work and begins the next one; false when there is none.
bool Speaker::next_piece() {
  if (std::exchange(piece_open_, false)) end_piece();
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (pieces_.empty()) return false;
    text = std::move(pieces_.front().text);
    piece_offset_ = pieces_.front().offset;
  }
  piece_open_ = true;
  utterances_ = split_text(text);
  next_utterance_ = 0;
  return true;
}

void Speaker::end_piece() {
  int flushes = 0;
  {
    const std::lock_guard lock(mutex_);
    flushes = pieces_.front().flushes;
    pieces_.pop_front();
  }
  for (; flushes > 0; --flushes) sink_.done();
}

void Speaker::words(std::vector<SpokenSpan> words) {
  for (SpokenSpan& word : words) {
    word.text.begin += piece_offset_;
    word.text.end += piece_offset_;
  }
  outlet_.expect(std::move(words));
}

bool Speaker::audio(std::span<const std::int16_t> samples) {
  if (stopped_) return false;
  outlet_.push(samples);
  return !stopped_;
}

class Stream final : public TtsStream {
 public:
  explicit Stream(std::shared_ptr<Speaker> speaker) : speaker_(std::move(speaker)) {}
  bool text(std::string_view piece) override { return speaker_->text(piece); }
  void flush() override { speaker_->flush(false); }
  void finish() override { speaker_->flush(true); }
  void cancel() override { speaker_->stop(Status::success()); }
  void resume() override { speaker_->resume(); }

 private:
  const std::shared_ptr<Speaker> speaker_;
};

}  // namespace

std::unique_ptr<TtsStream> make_stream(const Voice& voice, double speed, WorkerPool& workers,
                                       TtsSink& sink) {
  return std::make_unique<Stream>(std::make_shared<Speaker>(voice, speed, workers, sink));
}

}  // namespace voiceagent::flite
