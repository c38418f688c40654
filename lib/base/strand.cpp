#include "base/strand.h"

#include <mutex>
#include <string>
#include <utility>

#include "base/ring.h"

namespace voiceagent {

class Strand::State : public std::enable_shared_from_this<Strand::State> {
 public:
  State(std::shared_ptr<WorkerPool> pool, std::size_t max_queued)
      : pool_(std::move(pool)), max_queued_(max_queued) {}

  Status add(Task job, bool last);

 private:
  Status schedule();
  void run();
  Task next();
  bool done();

  const std::shared_ptr<WorkerPool> pool_;
  const std::size_t max_queued_;
  std::mutex mutex_;
  Ring<Task> jobs_;
  bool scheduled_ = false;  // a job of ours is in the pool
  bool closed_ = false;
};

// The pool is asked under the lock, so that nobody can queue up behind a job that it refuses.
Status Strand::State::add(Task job, bool last) {
  const std::lock_guard lock(mutex_);
  if (closed_) return failed_precondition("the strand has been closed");
  if (!last && jobs_.size() >= max_queued_) {
    return resource_exhausted("the strand is busy and " + std::to_string(max_queued_) +
                              " jobs wait already: try again later");
  }
  if (!scheduled_) {
    if (Status status = schedule(); !status.ok()) return status;
    scheduled_ = true;
  }
  jobs_.push_back(std::move(job));
  closed_ = last;
  return {};
}

Status Strand::State::schedule() {
  return pool_->submit([self = shared_from_this()] { self->run(); });
}

// One job, then to the back of the pool's queue. When the pool takes no more, the rest is run here.
void Strand::State::run() {
  do {
    next()();
  } while (!done() && !schedule().ok());
}

Task Strand::State::next() {
  const std::lock_guard lock(mutex_);
  return jobs_.pop_front();
}

bool Strand::State::done() {
  const std::lock_guard lock(mutex_);
  scheduled_ = !jobs_.empty();
  return !scheduled_;
}

Strand::Strand(std::shared_ptr<WorkerPool> pool, std::size_t max_queued)
    : state_(std::make_shared<State>(std::move(pool), max_queued)) {}

Status Strand::post(Task job) { return state_->add(std::move(job), false); }

Status Strand::close(Task last) { return state_->add(std::move(last), true); }

}  // namespace voiceagent
