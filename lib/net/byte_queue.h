// Bytes that wait for room in a socket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/ring.h"
#include "net/stream.h"

namespace voiceagent::net {

class ByteQueue {
 public:
  void push(std::string bytes) {
    if (bytes.empty()) return;
    size_ += bytes.size();
    if (!chunks_.empty() && bytes.size() < kSmall && chunks_.back().size() < kSmall) {
      chunks_.back() += bytes;
    } else {
      chunks_.push_back(std::move(bytes));
    }
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear() {
    chunks_.clear();
    size_ = 0;
    sent_ = 0;
  }

  // Writes what the socket takes; how much that was, or Stream::kGone.
  std::ptrdiff_t flush(Stream& stream) {
    std::ptrdiff_t total = 0;
    while (!chunks_.empty()) {
      const std::string_view rest = std::string_view(chunks_.front()).substr(sent_);
      const std::ptrdiff_t taken = stream.write(rest);
      if (taken < 0) return Stream::kGone;
      if (taken == 0) break;
      total += taken;
      size_ -= static_cast<std::size_t>(taken);
      sent_ += static_cast<std::size_t>(taken);
      if (sent_ == chunks_.front().size()) {
        chunks_.pop_front();
        sent_ = 0;
      }
    }
    return total;
  }

 private:
  static constexpr std::size_t kSmall = 16 * 1024;  // worth putting together

  Ring<std::string> chunks_;
  std::size_t sent_ = 0;  // of the first
  std::size_t size_ = 0;
};

}  // namespace voiceagent::net
