/// @file
/// Pools of what is costly to make, such as decoders. Providers make them; hosts can look at them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/export.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// How a pool is doing.
struct PoolStatus {
  std::string name;           ///< Which: "pocketsphinx decoders".
  std::size_t in_use = 0;     ///< Lent out now.
  std::size_t idle = 0;       ///< Ready to be lent.
  std::size_t maximum = 0;    ///< So many are lent at a time, at most.
  std::size_t waiting = 0;    ///< Requests that wait now.
  std::uint64_t created = 0;  ///< Made so far.
  std::uint64_t failed = 0;   ///< Could not be made, or were found broken, so far.
  std::uint64_t waits = 0;    ///< Requests that had to wait, so far.
  Duration wait_p50{0};       ///< Of the latest waits, those that were given up included, half
                              ///< were no longer; 0: not known.
  Duration wait_p99{0};       ///< All but one in a hundred were no longer.
  Duration longest_wait{0};   ///< Of the requests that wait now, how long the first has waited.
  Duration patience{0};       ///< Who needs an answer waits no longer than this; 0: not known.
};

/// A pool that can be looked at.
class PoolSource {
 public:
  virtual ~PoolSource() = default;
  /// How it is doing. Any thread; does not block.
  virtual PoolStatus status() const = 0;
};

/// Where the pools of an engine's providers are found. Thread-safe.
class VOICEAGENT_EXPORT PoolBoard {
 public:
  /// Makes one. What is put up on it is put up on `whole` too, unless that is null.
  explicit PoolBoard(std::shared_ptr<PoolBoard> whole = nullptr) : whole_(std::move(whole)) {}
  /// Puts a pool up; it leaves by itself when it goes away.
  void add(std::weak_ptr<const PoolSource> pool);
  /// How all of them are doing, in the order in which they came.
  std::vector<PoolStatus> all() const;

 private:
  const std::shared_ptr<PoolBoard> whole_;
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<const PoolSource>> pools_;
};

}  // namespace voiceagent
