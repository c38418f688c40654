// Messages of a connection on their way to another loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "voiceagent/executor.h"
#include "voiceagent/function.h"

namespace voiceagent::transports {

struct Mail {
  enum class Kind : std::uint8_t { kText, kAudio, kDropAudio, kClose };
  Kind kind = Kind::kText;
  int code = 0;       // of a close
  std::string bytes;  // of a close: the reason
};

// In order, bounded: when it is full, the oldest audio makes room. A message counts with its bytes
// and kOverhead. Any thread may post.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  static constexpr std::size_t kOverhead = 64;

  // `deliver` is called on `to` with one message after the other; it is destroyed on any thread.
  static std::shared_ptr<Mailbox> create(std::shared_ptr<Executor> to, std::size_t max_bytes,
                                         UniqueFunction<void(Mail&)> deliver);

  // False: there is no room, even without audio. A close is always taken.
  bool post(Mail mail);
  // Takes out audio that waits. The other side is told to do the same with what it has.
  void drop_audio();
  std::size_t queued_bytes() const;  // as they count
  std::uint64_t dropped() const;     // audio messages that made room

 private:
  Mailbox(std::shared_ptr<Executor> to, std::size_t max_bytes, UniqueFunction<void(Mail&)> deliver)
      : to_(std::move(to)), max_bytes_(max_bytes), deliver_(std::move(deliver)) {}
  bool make_room(std::size_t bytes);
  void wake();
  void drain();

  const std::shared_ptr<Executor> to_;
  const std::size_t max_bytes_;
  UniqueFunction<void(Mail&)> deliver_;  // on `to_` alone

  mutable std::mutex mutex_;
  std::deque<Mail> queue_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool awake_ = false;
};

}  // namespace voiceagent::transports
