#include "transports/dialogue/synthesis.h"

#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "transports/dialogue/text_pieces.h"

namespace voiceagent::transports {
namespace {

constexpr Duration kMaxQueued = std::chrono::seconds(2);  // audio that nobody has taken yet

// Keeps itself alive until the stream has closed. On the executor, but for the sink.
class Run final : public TtsSink, public std::enable_shared_from_this<Run> {
 public:
  explicit Run(SynthesisRequest request) : request_(std::move(request)), pieces_(request_.text) {}

  Status start() {
    TtsRequest request;
    request.context = {request_.executor.get(), request_.workers.get(), request_.logger.get()};
    request.voice = request_.voice;
    request.language = request_.language;
    request.session_id = "synthesis";
    Result<std::unique_ptr<TtsStream>> stream = request_.tts->start(request, *this);
    if (!stream.ok()) return stream.status();
    if (*stream == nullptr) return internal_error("the provider made no stream");
    stream_ = std::move(*stream);
    self_ = shared_from_this();
    watch();
    say_more();
    return Status::success();
  }

  void let_go() {
    dropped_ = true;
    stop();
  }

  void resume() {
    if (std::exchange(blocked_, false)) pump();
  }

  bool audio(AudioView audio) override {
    const std::lock_guard lock(mutex_);
    if (queued_ >= kMaxQueued) {
      refused_ = true;
      return false;
    }
    queued_ += audio.duration();
    queue_.push_back({{audio.samples.begin(), audio.samples.end()}, audio.sample_rate});
    wake();
    return true;
  }
  void timing(const SpokenSpan&) override {}
  void done() override {
    request_.executor->post([self = shared_from_this()] { self->say_more(); });
  }
  void error(const ProviderError& error) override {
    request_.executor->post(
        [self = shared_from_this(), status = Status(error.code, sanitize_utf8(error.message))] {
          self->note(status);
        });
  }
  void closed() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake();
  }

 private:
  void wake() {
    if (std::exchange(awake_, true)) return;
    request_.executor->post([self = shared_from_this()] {
      {
        const std::lock_guard lock(self->mutex_);
        self->awake_ = false;
      }
      self->pump();
    });
  }

  // As much text as the provider takes; it asks for more by a done().
  void say_more() {
    while (stream_ != nullptr && !finished_) {
      const std::string_view piece = pieces_.next();
      if (piece.empty()) {
        finished_ = true;
        return stream_->finish();
      }
      if (!stream_->text(piece)) return;
      pieces_.take();
      stream_->flush();
    }
  }

  // It is the provider's turn, from now on.
  void watch() {
    unwatch();
    deadline_ = request_.executor->post_after(request_.deadline, [weak = weak_from_this()] {
      if (const auto self = weak.lock())
        self->fail({ErrorCode::kTimeout, "the voice took too long"});
    });
  }
  void unwatch() { request_.executor->cancel(std::exchange(deadline_, 0)); }

  void note(const Status& status) {
    if (status_.ok()) status_ = status;
  }

  void fail(const Status& status) {
    note(status);
    blocked_ = false;
    stop();
  }

  // Nothing more of it is wanted.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      queue_.clear();
    }
    stopped_ = true;
    unwatch();
    if (stream_ != nullptr) stream_->cancel();
    pump();
  }

  void pump() {
    while (!blocked_ && !stopped_ && hand_over()) {
    }
    bool refused = false;
    bool over = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) queue_.clear();
      if (queue_.empty()) refused = std::exchange(refused_, false);
      over = closed_ && queue_.empty();
    }
    if (over) return end();
    if (blocked_ || stopped_) {
      unwatch();
    } else {
      watch();
    }
    if (refused && stream_ != nullptr && !stopped_) stream_->resume();
  }

  // The oldest audio to whoever wants it. False: there is none, or it isn't wanted now.
  bool hand_over() {
    Pcm piece;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) return false;
      piece = std::move(queue_.front());
      queue_.pop_front();
    }
    const Duration length = piece.view().duration();
    const bool taken = request_.on_audio(piece.view());
    if (dropped_) return false;
    {
      const std::lock_guard lock(mutex_);
      if (taken) {
        queued_ -= length;
      } else {
        queue_.push_front(std::move(piece));
      }
    }
    if (!taken) {
      blocked_ = true;
      return false;
    }
    total_ += length;
    if (total_ <= request_.max_audio) return true;
    fail(resource_exhausted("the text is too long to be spoken"));
    return false;
  }

  void end() {
    if (self_ == nullptr) return;
    unwatch();
    stream_.reset();
    const std::shared_ptr<Run> self = std::exchange(self_, nullptr);
    if (!dropped_) request_.on_done(status_);
  }

  SynthesisRequest request_;
  TextPieces pieces_;
  std::unique_ptr<TtsStream> stream_;
  std::shared_ptr<Run> self_;
  Status status_;
  Duration total_{0};
  TimerId deadline_ = 0;
  bool finished_ = false;
  bool blocked_ = false;
  bool stopped_ = false;
  bool dropped_ = false;

  std::mutex mutex_;
  std::deque<Pcm> queue_;
  Duration queued_{0};
  bool refused_ = false;
  bool closed_ = false;
  bool awake_ = false;
};

class Handle final : public Synthesis {
 public:
  explicit Handle(std::shared_ptr<Run> run) : run_(std::move(run)) {}
  ~Handle() override { run_->let_go(); }
  void resume() override {
    const std::shared_ptr<Run> run = run_;  // the handle may go meanwhile
    run->resume();
  }

 private:
  const std::shared_ptr<Run> run_;
};

}  // namespace

Result<std::unique_ptr<Synthesis>> start_synthesis(SynthesisRequest request) {
  if (request.tts == nullptr) return failed_precondition("the agent has no tts provider");
  if (trim(request.text).empty()) return invalid_argument("the text is empty");
  auto run = std::make_shared<Run>(std::move(request));
  if (Status status = run->start(); !status.ok()) return status;
  return std::unique_ptr<Synthesis>(std::make_unique<Handle>(std::move(run)));
}

}  // namespace voiceagent::transports
