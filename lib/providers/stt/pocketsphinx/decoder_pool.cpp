#include "providers/stt/pocketsphinx/decoder_pool.h"

#include <utility>

namespace voiceagent::pocketsphinx {

DecoderLease::DecoderLease(std::shared_ptr<DecoderPool> pool, std::unique_ptr<Decoder> decoder)
    : pool_(std::move(pool)), decoder_(std::move(decoder)) {}

DecoderLease& DecoderLease::operator=(DecoderLease&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  pool_ = std::move(other.pool_);
  decoder_ = std::move(other.decoder_);
  return *this;
}

Status DecoderLease::begin() {
  if (decoder_ == nullptr) {
    Result<std::unique_ptr<Decoder>> made = Decoder::create(pool_->files());
    if (!made.ok()) return made.status();
    decoder_ = std::move(*made);
  }
  return decoder_->begin();
}

void DecoderLease::give_back() {
  if (const auto pool = std::exchange(pool_, nullptr)) pool->pass_on(std::move(decoder_));
}

DecoderPool::DecoderPool(ModelFiles files, std::size_t max_decoders)
    : files_(std::move(files)), max_decoders_(max_decoders), free_(max_decoders) {}

Status DecoderPool::warm() {
  Result<std::unique_ptr<Decoder>> made = Decoder::create(files_);
  if (!made.ok()) return made.status();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < free_) idle_.push_back(std::move(*made));
  return {};
}

DecoderLease DecoderPool::acquire(const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  if (free_ == 0) {
    waiters_.push_back({waiter.get(), waiter});
    return {};
  }
  --free_;
  if (idle_.empty()) return {shared_from_this(), nullptr};
  std::unique_ptr<Decoder> decoder = std::move(idle_.back());
  idle_.pop_back();
  return {shared_from_this(), std::move(decoder)};
}

void DecoderPool::forget(const Waiter* waiter) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [waiter](const Place& place) { return place.waiter == waiter; });
}

// The decoder goes to who has waited longest; one that was not made yet is made by them.
void DecoderPool::pass_on(std::unique_ptr<Decoder> decoder) {
  DecoderLease lease(shared_from_this(), std::move(decoder));
  while (const std::shared_ptr<Waiter> waiter = next_waiter(lease)) {
    if (waiter->granted(lease)) return;
  }
}

// Who waits, or nobody: then the lease is empty and its decoder idle.
std::shared_ptr<DecoderPool::Waiter> DecoderPool::next_waiter(DecoderLease& lease) {
  const std::lock_guard lock(mutex_);
  while (!waiters_.empty()) {
    std::shared_ptr<Waiter> waiter = waiters_.front().owner.lock();
    waiters_.pop_front();
    if (waiter != nullptr) return waiter;
  }
  ++free_;
  if (lease.decoder_ != nullptr) idle_.push_back(std::move(lease.decoder_));
  lease.pool_ = nullptr;
  return nullptr;
}

}  // namespace voiceagent::pocketsphinx
