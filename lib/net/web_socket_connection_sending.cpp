// What leaves: written at once, queued, dropped; and how a connection closes.

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/utf8.h"
#include "net/random.h"
#include "net/web_socket_connection.h"

namespace voiceagent::net {

namespace {

// How long the other end may take to answer a close frame.
constexpr Duration kCloseTime = std::chrono::seconds(5);
constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kMaxReason = 123;  // what a close frame has room for

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A mask that a web page can't foresee (RFC 6455, 10.3), from a supply of random bytes.
FrameMask next_mask() {
  thread_local std::array<unsigned char, 1024> supply;
  thread_local std::size_t used = supply.size();
  FrameMask mask{};
  if (used == supply.size()) {
    fill_random(supply);
    used = 0;
  }
  std::copy_n(supply.begin() + static_cast<std::ptrdiff_t>(used), mask.size(), mask.begin());
  used += mask.size();
  return mask;
}

}  // namespace

void WebSocketConnection::append(std::string& out, FrameKind kind, std::string_view head,
                                 std::string_view payload) {
  if (side_ == Side::kServer) return append_frame(out, kind, head, payload);
  const FrameMask mask = next_mask();
  append_frame(out, kind, head, payload, &mask);
}

std::string WebSocketConnection::make_close_frame(int code, std::string_view reason) {
  std::string frame;
  if (code == 0) {  // answers a frame without a code
    append(frame, FrameKind::kClose, {}, {});
    return frame;
  }
  const std::array<char, 2> bytes{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  append(frame, FrameKind::kClose, {bytes.data(), bytes.size()}, truncate_utf8(reason, kMaxReason));
  return frame;
}

bool WebSocketConnection::send_text(std::string_view text, Delivery delivery) {
  return send(FrameKind::kText, {}, text, delivery == Delivery::kMayDrop);
}

bool WebSocketConnection::send_binary(std::span<const std::byte> head,
                                      std::span<const std::byte> payload, Delivery delivery) {
  return send(FrameKind::kBinary, as_text(head), as_text(payload), delivery == Delivery::kMayDrop);
}

bool WebSocketConnection::send(FrameKind kind, std::string_view head, std::string_view payload,
                               bool may_drop) {
  if (state_ != State::kOpen || broken_) return false;
  if (!waits()) {
    append(set_.outgoing(*this), kind, head, payload);
    return true;
  }
  std::string& frame = set_.write_buffer();
  append(frame, kind, head, payload);
  enqueue(frame, may_drop);
  return state_ == State::kOpen;
}

// What the outbox held. Where the socket took only a part of what stood before, it comes behind the
// rest of that.
void WebSocketConnection::write(std::string_view bytes) {
  if (broken_) return;
  if (rest_.empty()) {
    write_now(bytes);
  } else {
    rest_.append(bytes);
  }
}

// What the socket doesn't take is kept; nothing may wait yet. False: the connection is broken.
bool WebSocketConnection::write_now(std::string_view frame) {
  const std::ptrdiff_t taken = stream_->write(frame);
  if (taken < 0) {
    broken();
    return false;
  }
  ConnectionSet::Counters::add(set_.counters.bytes_out, static_cast<std::uint64_t>(taken));
  if (static_cast<std::size_t>(taken) == frame.size()) return true;
  rest_ = frame.substr(static_cast<std::size_t>(taken));
  rest_sent_ = 0;
  blocked_at_ = loop_->now();
  watch();
  return true;
}

void WebSocketConnection::enqueue(std::string_view frame, bool may_drop) {
  while (queued_bytes() + frame.size() > limits_.max_queued_bytes && drop_oldest()) {
  }
  if (queued_bytes() + frame.size() <= limits_.max_queued_bytes) {
    queue_.push_back({std::string(frame), may_drop});
    queued_ += frame.size();
  } else if (may_drop) {
    ++dropped_;
    ConnectionSet::Counters::add(set_.counters.dropped_messages, 1);
  } else {
    queue_.clear();
    queued_ = 0;
    close_with(kCloseTryAgain, "too much waits to be read", true);
  }
}

bool WebSocketConnection::drop_oldest() {
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    if (!queue_[i].may_drop || queue_[i].frame.empty()) continue;
    queued_ -= queue_[i].frame.size();
    std::string().swap(queue_[i].frame);
    while (!queue_.empty() && queue_.front().frame.empty()) queue_.pop_front();
    ++dropped_;
    ConnectionSet::Counters::add(set_.counters.dropped_messages, 1);
    return true;
  }
  return false;
}

std::size_t WebSocketConnection::drop_queued() {
  std::size_t count = 0;
  Ring<Message> kept;
  for (; !queue_.empty();) {
    Message message = queue_.pop_front();
    if (message.frame.empty()) continue;
    if (message.may_drop) {
      queued_ -= message.frame.size();
      ++count;
    } else {
      kept.push_back(std::move(message));
    }
  }
  queue_ = std::move(kept);
  return count;
}

void WebSocketConnection::close(int code, std::string_view reason) {
  close_with(code, reason, false);
}

void WebSocketConnection::close_with(int code, std::string_view reason, bool after_error) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  after_error_ = after_error;
  if (after_error) closed_reason_ = reason;
  close_frame_ = make_close_frame(code, reason);
  deadline_ = loop_->now() + std::min(kCloseTime, limits_.stall);
  set_.outbox().flush();
  if (!waits() && !broken_) send_close_frame();
}

// Once nothing else waits. One whose bytes aren't understood any more can't be seen to answer; it
// sees the end of ours.
void WebSocketConnection::send_close_frame() {
  state_ = after_error_ ? State::kLingering : State::kWaiting;
  const std::string frame = std::exchange(close_frame_, {});
  if (!write_now(frame) || !rest_.empty()) return;
  if (state_ == State::kLingering) {
    stream_->finish_writing();
    deadline_ = loop_->now() + kLingerTime;
  } else if (closed_code_ != kCloseAbnormal) {
    broken();  // it was the answer to the other end's
  }
}

void WebSocketConnection::flush() {
  if (!waits()) return;
  set_.outbox().flush();  // what it holds of ours was sent before the queue
  while (flush_rest() && !broken_) {
    if (!pong_.empty()) {
      write_now(std::exchange(pong_, {}));
    } else if (!queue_.empty()) {
      const Message message = queue_.pop_front();
      queued_ -= message.frame.size();
      if (!message.frame.empty()) write_now(message.frame);
    } else {
      break;
    }
  }
  if (waits() || broken_) return;
  if (state_ == State::kOpen) {
    handler_->drained();
  } else if (state_ == State::kClosing) {
    send_close_frame();
  } else if (state_ == State::kLingering) {
    stream_->finish_writing();
  } else if (closed_code_ != kCloseAbnormal) {
    broken();
  }
}

// Whether nothing is left of the frame that was begun.
bool WebSocketConnection::flush_rest() {
  if (rest_.empty()) return true;
  const std::ptrdiff_t taken = stream_->write(std::string_view(rest_).substr(rest_sent_));
  if (taken < 0) {
    broken();
    return false;
  }
  if (taken > 0) blocked_at_ = loop_->now();
  ConnectionSet::Counters::add(set_.counters.bytes_out, static_cast<std::uint64_t>(taken));
  rest_sent_ += static_cast<std::size_t>(taken);
  if (rest_sent_ < rest_.size()) return false;
  std::string().swap(rest_);
  rest_sent_ = 0;
  return true;
}

}  // namespace voiceagent::net
