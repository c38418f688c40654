// Connections of one loop, and what they share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/byte_budget.h"
#include "net/loop.h"
#include "net/outbox.h"
#include "voiceagent/time.h"

namespace voiceagent::net {

// A connection as its loop sees it; everything on the loop.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void tick(Time now) = 0;  // now and then: deadlines
  virtual void drain() = 0;         // an end is wanted: what is idle closes
  virtual void cut() = 0;           // ends whatever it does; WebSockets take leave of the other end
  virtual void abort() = 0;         // ends at once
};

// Everything on the loop, unless it says otherwise.
class ConnectionSet : public std::enable_shared_from_this<ConnectionSet> {
 public:
  // Each connection is ticked once in `tick_period`. `incoming` is for what the other ends send;
  // null: no limit.
  ConnectionSet(std::shared_ptr<Loop> loop, Duration tick_period,
                std::shared_ptr<ByteBudget> incoming = nullptr);
  virtual ~ConnectionSet() = default;
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  const std::shared_ptr<Loop>& loop() const { return loop_; }
  // A share of the budget for what a connection receives from `client`, an address.
  ByteShare share(const std::string& client) const { return ByteShare(incoming_, client); }

  void add(const std::shared_ptr<Connection>& connection);
  void remove(Connection* connection);
  std::vector<std::shared_ptr<Connection>> all() const;
  // Any thread: how many there are.
  std::size_t open() const { return open_.load(std::memory_order_relaxed); }

  // For reading into; what is there is used up before anyone else reads.
  std::span<char> read_buffer() { return read_buffer_; }
  // For putting something together that is written at once.
  std::string& write_buffer() {
    write_buffer_.clear();
    return write_buffer_;
  }

  // Where `writer` appends a message that is written when the loop's round ends.
  std::string& outgoing(Outbox::Writer& writer);
  Outbox& outbox() { return outbox_; }

  // How much was moved and how many WebSockets there are; written by the loop alone.
  struct Counters {
    std::atomic<std::uint64_t> bytes_in = 0;
    std::atomic<std::uint64_t> bytes_out = 0;
    std::atomic<std::uint64_t> web_sockets = 0;
    std::atomic<std::uint64_t> dropped_messages = 0;
    static void add(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
      counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
  };
  Counters counters;

 private:
  void schedule_tick();
  void tick();

  const std::shared_ptr<Loop> loop_;
  const Duration tick_period_;
  const std::shared_ptr<ByteBudget> incoming_;
  bool ticking_ = false;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::atomic<std::size_t> open_ = 0;
  std::vector<char> read_buffer_;
  std::string write_buffer_;
  Outbox outbox_;
};

}  // namespace voiceagent::net
