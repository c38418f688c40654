// Decoders are large and slow to make: all streams of a provider share a few. One is leased for an
// utterance; who finds none waits for its turn, without a thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "providers/stt/pocketsphinx/decoder.h"

namespace voiceagent::pocketsphinx {

class DecoderPool;

// The right to one of the pool's decoders, or nothing. Goes back to the pool by itself.
class DecoderLease {
 public:
  DecoderLease() = default;
  DecoderLease(std::shared_ptr<DecoderPool> pool, std::unique_ptr<Decoder> decoder);
  ~DecoderLease() { give_back(); }
  DecoderLease(DecoderLease&& other) noexcept = default;
  DecoderLease& operator=(DecoderLease&& other) noexcept;

  explicit operator bool() const { return pool_ != nullptr; }
  // Makes the decoder if it isn't there yet, and begins an utterance. REQUIRES: *this.
  Status begin();
  // REQUIRES: begin() succeeded.
  Decoder& decoder() { return *decoder_; }
  // Now rather than later. It may call a waiter.
  void give_back();

 private:
  friend class DecoderPool;

  std::shared_ptr<DecoderPool> pool_;
  std::unique_ptr<Decoder> decoder_;
};

class DecoderPool : public std::enable_shared_from_this<DecoderPool> {
 public:
  // Somebody whose turn it will be.
  class Waiter {
   public:
    // It is; called once for each wait, on the thread of who gave the decoder back, under no lock.
    // Takes `lease`, or leaves it to the next one by returning false.
    virtual bool granted(DecoderLease& lease) = 0;

   protected:
    ~Waiter() = default;
  };

  DecoderPool(ModelFiles files, std::size_t max_decoders);

  // Makes the first decoder, so that the first utterance needn't wait for it. Blocks.
  Status warm();
  // A lease if there is one. Otherwise an empty one, and `waiter` waits. Any thread.
  DecoderLease acquire(const std::shared_ptr<Waiter>& waiter);
  // `waiter` doesn't wait any more; granted() may be under way. Any thread.
  void forget(const Waiter* waiter);

  const ModelFiles& files() const { return files_; }
  std::size_t max_decoders() const { return max_decoders_; }

 private:
  friend class DecoderLease;

  // The weak pointer alone could only be compared by owning the waiter for a moment.
  struct Place {
    const Waiter* waiter = nullptr;
    std::weak_ptr<Waiter> owner;
  };

  std::shared_ptr<Waiter> next_waiter(DecoderLease& lease);
  void pass_on(std::unique_ptr<Decoder> decoder);

  const ModelFiles files_;
  const std::size_t max_decoders_;
  std::mutex mutex_;
  std::size_t free_;                            // leases to be had
  std::vector<std::unique_ptr<Decoder>> idle_;  // never more than free_
  std::deque<Place> waiters_;                   // none while free_ > 0
};

}  // namespace voiceagent::pocketsphinx
