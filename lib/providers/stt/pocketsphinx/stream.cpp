#include "providers/stt/pocketsphinx/stream.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/strand.h"
#include "providers/stt/pocketsphinx/input_queue.h"
#include "providers/stt/pocketsphinx/transcription.h"

namespace voiceagent::pocketsphinx {
namespace {

constexpr std::size_t kChunk = 1600;  // samples taken at a time: 100 ms
constexpr int kChunksPerJob = 10;     // of silence, which costs next to nothing
constexpr Duration kRetry{10'000'000};

// What the stream and its jobs share; it may outlive the stream. There is at most one job at a
// time, queued or at work. A stream that waits for a decoder has none.
class Recognition final : public std::enable_shared_from_this<Recognition>,
                          public DecoderPool::Waiter {
 public:
  Recognition(std::shared_ptr<DecoderPool> pool, StreamOptions options,
              const StreamContext& context, SttSink& sink)
      : pool_(std::move(pool)),
        options_(options),
        executor_(*context.executor),
        sink_(sink),
        strand_(borrow(context.workers), 1),
        transcription_(pool_->files(), options.mode, sink) {}

  // The methods of SttStream.
  bool audio(std::span<const std::int16_t> samples);
  void flush();
  void finish();
  // Ends the stream as soon as a running job has returned: with an error, unless `why` is ok.
  void stop(Status why);

  bool granted(DecoderLease& lease) override;

 private:
  using Need = Transcription::Need;
  using Lock = std::unique_lock<std::mutex>;

  // The context's pool lives as long as the stream; nothing is owned here.
  static std::shared_ptr<WorkerPool> borrow(WorkerPool* pool) {
    return {pool, [](WorkerPool*) {}};
  }

  // The job.
  void run();
  Status work();
  Result<bool> feed();
  bool find_decoder();
  void leave(Status status);

  // With the lock held.
  bool takes_input() const { return !closed_ && !stopped_ && !finished_; }
  bool has_work() const;
  void start_job();
  void retry_later();
  void watch_waiting();
  void stop_locked(Status why, Lock& lock);
  void close_when_over(Lock& lock);

  void waited_too_long(std::uint64_t wait);
  void close();

  const std::shared_ptr<DecoderPool> pool_;
  const StreamOptions options_;
  Executor& executor_;
  SttSink& sink_;
  Strand strand_;
  Transcription transcription_;  // the job's; others may look at it while there is none
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;
  InputQueue input_;
  bool finished_ = false;  // no more input comes
  bool job_ = false;       // one is queued or at work
  bool retrying_ = false;  // a timer will try to start one
  bool waiting_ = false;   // in the pool's queue
  std::uint64_t waits_ = 0;
  TimerId timer_ = 0;     // ends the wait
  DecoderLease granted_;  // what it was waiting for
  bool closed_ = false;
  Status failure_;
};

bool Recognition::audio(std::span<const std::int16_t> samples) {
  const Lock lock(mutex_);
  if (!takes_input() || !input_.push(samples)) return false;
  start_job();
  return true;
}

void Recognition::flush() {
  const Lock lock(mutex_);
  if (!takes_input()) return;
  input_.mark();
  start_job();
  watch_waiting();
}

void Recognition::finish() {
  Lock lock(mutex_);
  if (!takes_input()) return;
  if (input_.unmarked()) input_.mark();
  finished_ = true;
  start_job();
  watch_waiting();
  if (!job_) close_when_over(lock);
}

void Recognition::stop(Status why) {
  Lock lock(mutex_);
  stop_locked(std::move(why), lock);
}

void Recognition::stop_locked(Status why, Lock& lock) {
  if (closed_ || stopped_.exchange(true)) return;
  failure_ = std::move(why);
  if (!job_) close_when_over(lock);
}

bool Recognition::granted(DecoderLease& lease) {
  const Lock lock(mutex_);
  if (closed_ || stopped_) return false;
  granted_ = std::move(lease);
  waiting_ = false;
  executor_.cancel(std::exchange(timer_, 0));
  start_job();
  return true;
}

bool Recognition::has_work() const {
  switch (transcription_.need()) {
    case Need::kAudio: return !input_.empty();
    case Need::kDecoder: return !waiting_;
    case Need::kTime: break;
  }
  return true;
}

void Recognition::start_job() {
  if (job_ || closed_ || retrying_ || !has_work()) return;
  const Status posted = strand_.post([self = shared_from_this()] { self->run(); });
  job_ = posted.ok();
  if (job_) return;
  if (is_retryable(posted.code())) return retry_later();
  executor_.post(
      [self = shared_from_this(), posted] { self->stop(posted.within("pocketsphinx")); });
}

void Recognition::retry_later() {
  retrying_ = true;
  executor_.post_after(kRetry, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    const Lock lock(self->mutex_);
    self->retrying_ = false;
    self->start_job();
  });
}

void Recognition::run() { leave(work()); }

// At most 100 ms of decoding.
Status Recognition::work() {
  for (int i = 0; i < kChunksPerJob && !stopped_; ++i) {
    switch (transcription_.need()) {
      case Need::kAudio: {
        const Result<bool> fed = feed();
        if (!fed.ok() || !*fed) return fed.status();
        break;
      }
      case Need::kDecoder:
        if (!find_decoder()) return {};
        return transcription_.give(std::move(granted_));
      case Need::kTime: return transcription_.work();
    }
  }
  return {};
}

// Passes on audio, or the wish that it be settled; false when there is neither.
Result<bool> Recognition::feed() {
  std::array<std::int16_t, kChunk> samples{};
  std::size_t count = 0;
  bool mark = false;
  bool room = false;
  {
    const Lock lock(mutex_);
    count = input_.take(samples);
    mark = count == 0 && input_.take_mark();
    room = input_.take_room();
  }
  if (room) sink_.writable();
  if (mark) transcription_.settle();
  if (count == 0) return mark;
  Status heard = transcription_.hear(std::span(samples).first(count));
  if (!heard.ok()) return heard;
  return true;
}

// Puts a decoder into granted_; false when it has to wait for one.
bool Recognition::find_decoder() {
  {
    const Lock lock(mutex_);
    if (granted_) return true;
    if (waiting_) return false;
    waiting_ = true;
    ++waits_;
  }
  DecoderLease lease = pool_->acquire(shared_from_this());
  const Lock lock(mutex_);
  if (!lease) return static_cast<bool>(granted_);  // somebody may have given one back meanwhile
  granted_ = std::move(lease);
  waiting_ = false;
  return true;
}

void Recognition::leave(Status status) {
  Lock lock(mutex_);
  job_ = false;
  if (!status.ok() && !stopped_.exchange(true)) failure_ = std::move(status);
  if (!stopped_) {
    start_job();
    watch_waiting();
  }
  if (!job_) close_when_over(lock);
}

// An utterance that is still going on can wait; one that is over has somebody waiting for it.
void Recognition::watch_waiting() {
  if (job_ || !waiting_ || timer_ != 0) return;
  if (!input_.has_mark() && !transcription_.settling()) return;
  timer_ = executor_.post_after(options_.decoder_timeout, [weak = weak_from_this(), wait = waits_] {
    if (const auto self = weak.lock()) self->waited_too_long(wait);
  });
}

void Recognition::waited_too_long(std::uint64_t wait) {
  Lock lock(mutex_);
  if (!waiting_ || wait != waits_) return;
  timer_ = 0;
  stop_locked(resource_exhausted("pocketsphinx: all " + std::to_string(pool_->maximum()) +
                                 " decoders are busy: raise the option max_decoders (each takes "
                                 "about 100 MB), or decoder_timeout_ms"),
              lock);
}

// With no job about: closes if there is nothing left to do. The lock is released then.
void Recognition::close_when_over(Lock& lock) {
  const bool done = finished_ && input_.empty() && transcription_.idle();
  if (closed_ || !(stopped_ || done)) return;
  closed_ = true;
  lock.unlock();
  close();
}

void Recognition::close() {
  executor_.cancel(timer_);
  pool_->forget(this);
  granted_.give_back();
  transcription_.drop();
  if (!failure_.ok()) sink_.error({failure_.code(), failure_.message()});
  sink_.closed();
}

class Stream final : public SttStream {
 public:
  explicit Stream(std::shared_ptr<Recognition> recognition)
      : recognition_(std::move(recognition)) {}
  bool audio(AudioView audio) override { return recognition_->audio(audio.samples); }
  void flush() override { recognition_->flush(); }
  // Either may close at once, and closed() may destroy this object.
  void finish() override { std::shared_ptr(recognition_)->finish(); }
  void cancel() override { std::shared_ptr(recognition_)->stop({}); }

 private:
  const std::shared_ptr<Recognition> recognition_;
};

}  // namespace

std::unique_ptr<SttStream> make_stream(std::shared_ptr<DecoderPool> pool, StreamOptions options,
                                       const StreamContext& context, SttSink& sink) {
  return std::make_unique<Stream>(
      std::make_shared<Recognition>(std::move(pool), options, context, sink));
}

}  // namespace voiceagent::pocketsphinx
