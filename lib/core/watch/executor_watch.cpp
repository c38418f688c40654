#include "core/watch/executor_watch.h"

#include <algorithm>
#include <utility>

namespace voiceagent {
namespace {

constexpr Duration kLookInterval{50'000'000};

}  // namespace

struct ExecutorWatch::Looks {
  Looks(std::size_t executors, const Options& options)
      : limit(options.limit), looked(options.looked), meters(executors) {}
  const Duration limit;
  const std::function<void(Duration, Time)> looked;
  std::vector<Meter> meters;  // one each
};

ExecutorWatch::ExecutorWatch(std::vector<std::shared_ptr<Executor>> executors, Options options)
    : executors_(std::move(executors)),
      looks_(std::make_shared<Looks>(executors_.size(), options)),
      stuck_(std::move(options.reporter), std::move(options.logger)) {
  for (std::size_t i = 0; i < executors_.size(); ++i) {
    boards_.push_back(std::make_shared<CallBoard>(*executors_[i]));
    stuck_.watch(boards_.back());
    if (looks_->limit > Duration(0)) probe(executors_[i].get(), i, looks_);
  }
}

// A timer that looks how late it is.
void ExecutorWatch::probe(Executor* executor, std::size_t index, std::weak_ptr<Looks> looks) {
  const Time due = executor->now() + kLookInterval;
  if (const auto held = looks.lock()) {
    held->meters[index].due.store(due.time_since_epoch().count());
  }
  executor->post_after(kLookInterval, [executor, index, due, looks = std::move(looks)]() mutable {
    const std::shared_ptr<Looks> held = looks.lock();
    if (held == nullptr) return;
    Meter& meter = held->meters[index];
    const Time now = executor->now();
    const Duration late = std::max(Duration(0), now - due);
    if (held->looked) held->looked(late, now);
    meter.late.store(std::max(late.count(), meter.late.load() * 4 / 5));
    probe(executor, index, std::move(looks));
  });
}

Duration ExecutorWatch::late(std::size_t index) const {
  const Meter& meter = looks_->meters[index];
  const Time due{Duration(meter.due.load())};
  return std::max(Duration(meter.late.load()), executors_[index]->now() - due);
}

Duration ExecutorWatch::lateness() const {
  Duration worst{0};
  if (looks_->limit == Duration(0)) return worst;
  for (std::size_t i = 0; i < executors_.size(); ++i) worst = std::max(worst, late(i));
  return worst;
}

const std::shared_ptr<Executor>& ExecutorWatch::next() {
  const std::size_t count = executors_.size();
  const std::size_t first = next_.fetch_add(1);
  if (looks_->limit > Duration(0)) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t index = (first + i) % count;
      if (late(index) < looks_->limit) return executors_[index];
    }
  }
  return executors_[first % count];
}

std::shared_ptr<CallBoard> ExecutorWatch::board_of(const Executor& executor) {
  for (std::size_t i = 0; i < executors_.size(); ++i) {
    if (executors_[i].get() == &executor) return boards_[i];
  }
  auto board = std::make_shared<CallBoard>(executor);
  stuck_.watch(board);
  return board;
}

}  // namespace voiceagent
