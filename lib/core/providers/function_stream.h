// What streams made from blocking functions share: jobs one after the other on the worker pool, one
// end, and nothing after it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/strand.h"
#include "voiceagent/provider.h"

namespace voiceagent {

template <class Sink>
class FunctionJobs : public std::enable_shared_from_this<FunctionJobs<Sink>> {
 public:
  // A job may use the sink; it is not run any more once the stream has ended.
  using Job = UniqueFunction<void(FunctionJobs&, Sink&), 96>;

  FunctionJobs(const StreamContext& context, Sink& sink)
      : sink_(sink), strand_(borrow(context.workers), kMaxQueued) {}

  // Runs `job` after the ones before. The stream fails when there is no room for it.
  void run(Job job) {
    Status status = strand_.post([self = this->shared_from_this(), job = std::move(job)]() mutable {
      if (!self->ended_ && !self->cancelled()) job(*self, self->sink_);
    });
    if (!status.ok()) close(std::move(status));
  }

  // Ends the stream after the jobs before, with an error unless `status` is ok. Only the first end
  // counts.
  void close(Status status = {}) {
    if (closing_.exchange(true)) return;
    const Status accepted = strand_.close([self = this->shared_from_this(), status] {
      if (!status.ok()) return self->fail(status);
      self->end();
    });
    // The pool is full or gone, and with it every job: what was to be done is not.
    if (!accepted.ok()) fail(status.ok() ? accepted : status);
  }

  // Ends the stream as soon as a running job has returned; waiting jobs are not run.
  void cancel() {
    cancelled_.store(true);
    close();
  }
  bool cancelled() const { return cancelled_.load(); }

  // Ends the stream with an error, from inside a job or when none will run.
  void fail(const Status& status) {
    if (ended_) return;
    if (!cancelled()) sink_.error({status.code(), status.message()});
    end();
  }

  // Ends the stream, from inside a job.
  void end() {
    if (!std::exchange(ended_, true)) sink_.closed();
  }

 private:
  static constexpr std::size_t kMaxQueued = 1024;

  // The context's pool lives as long as the stream; nothing is owned here.
  static std::shared_ptr<WorkerPool> borrow(WorkerPool* pool) {
    return {pool, [](WorkerPool*) {}};
  }

  Sink& sink_;
  Strand strand_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> closing_{false};
  bool ended_ = false;  // jobs only
};

}  // namespace voiceagent
