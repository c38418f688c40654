// The session's end of a provider's stream.
//
// A provider calls its sink from any thread; the port carries each call to the session's executor
// and drops what comes after the session has let go. It keeps itself, the stream and the provider
// alive until closed() has come: only then is the stream destroyed.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "core/stream/entrance.h"
#include "core/watch/call_board.h"
#include "voiceagent/executor.h"
#include "voiceagent/provider.h"

namespace voiceagent {

// The streams of a session that have not closed yet; lives on the session's executor.
struct StreamCount {
  int open = 0;
  UniqueFunction<void()> on_zero;
};

// Carries what wrappers around providers tell to whoever listens; outlives it.
struct StreamRelay final : StreamObserver {
  StreamObserver* listener = nullptr;
  std::shared_ptr<CallBoard> board = {};  // of the session's executor; may be null

  void failed_over(const event::ProviderFailover& failover) override {
    if (listener != nullptr) listener->failed_over(failover);
  }
  void breaker_changed(const event::BreakerChanged& change) override {
    if (listener != nullptr) listener->breaker_changed(change);
  }
  void delayed(const event::StageDelayed& delay) override {
    if (listener != nullptr) listener->delayed(delay);
  }
  void hedged(const event::ReplyHedged& hedge) override {
    if (listener != nullptr) listener->hedged(hedge);
  }
};

// What the ports of one session share. A stream that closes late, after its session and its engine
// have gone, still has what it was promised.
struct PortContext {
  std::shared_ptr<Executor> executor;
  std::shared_ptr<WorkerPool> workers;
  std::shared_ptr<Logger> logger;
  std::shared_ptr<StreamCount> count;
  Entrance* entrance = nullptr;             // lives as long as anybody listens
  std::shared_ptr<StreamRelay> relay = {};  // may be null
  std::shared_ptr<CallBoard> board = {};    // where calls of providers are shown; may be null
  CallOwner owner = 0;                      // what they are shown as

  StreamContext streams() const {
    return {executor.get(), workers.get(), logger.get(), relay.get()};
  }
};

// CRTP base. Listener has `void stream_failed(Status)` and `void stream_closed()`.
template <class Port, class Provider, class Stream, class Listener>
class StreamPort : public std::enable_shared_from_this<Port> {
 public:
  // The stream, or null once it has closed. Session's executor.
  Stream* stream() { return stream_.get(); }
  // Whoever calls the stream says so for as long: the executor is the provider's meanwhile.
  [[nodiscard]] Call calling(CallWhat what) const {
    return {context_.board.get(), {context_.owner, what}};
  }

  // No more calls to the listener; the stream is cancelled. Session's executor.
  void let_go() {
    listener_ = nullptr;
    if (stream_ == nullptr) return;
    const Call call = calling(CallWhat::kCancel);
    stream_->cancel();
  }

 protected:
  StreamPort(PortContext context, std::shared_ptr<Provider> provider, Listener& listener)
      : context_(std::move(context)), provider_(std::move(provider)), listener_(&listener) {}

  // Begins the stream: from now on the port lives until closed(). After a failure it is deaf.
  template <class Request>
  Status start(const Request& request) {
    Result<std::unique_ptr<Stream>> stream = begin(request);
    Status status = stream.status();
    if (status.ok() && *stream == nullptr) status = internal_error("the provider made no stream");
    if (!status.ok()) {
      listener_ = nullptr;
      return status;
    }
    stream_ = std::move(*stream);
    self_ = this->shared_from_this();
    ++context_.count->open;
    return status;
  }

  // Runs `f(Listener&)` on the executor, unless the session has let go by then. Any thread.
  template <class F>
  void deliver(F f) {
    if (closed_.load(std::memory_order_acquire)) return;  // a provider that breaks its contract
    context_.executor->post([self = this->shared_from_this(), f = std::move(f)]() mutable {
      if (self->listener_ == nullptr) return;
      const Inside inside(self->context_.entrance);
      f(*self->listener_);
    });
  }

  void deliver_error(const ProviderError& error) {
    deliver([status = Status(error.code, sanitize_utf8(error.message))](
                Listener& listener) mutable { listener.stream_failed(std::move(status)); });
  }

  void deliver_closed() {
    if (closed_.exchange(true, std::memory_order_acq_rel)) return;
    context_.executor->post([self = this->shared_from_this()] { self->finish(); });
  }

 private:
  template <class Request>
  Result<std::unique_ptr<Stream>> begin(const Request& request) {
    const Call call = calling(CallWhat::kStart);
    return provider_->start(request, static_cast<Port&>(*this));
  }
  void finish() {
    if (self_ == nullptr) return;  // it never began
    stream_.reset();
    self_.reset();
    Listener* listener = std::exchange(listener_, nullptr);
    const std::shared_ptr<StreamCount> count = context_.count;
    --count->open;
    if (listener != nullptr) {
      const Inside inside(context_.entrance);
      listener->stream_closed();
    }
    if (count->open == 0 && count->on_zero) count->on_zero();
  }

  const PortContext context_;
  const std::shared_ptr<Provider> provider_;
  Listener* listener_;
  std::unique_ptr<Stream> stream_;
  std::shared_ptr<Port> self_;
  std::atomic<bool> closed_{false};
};

}  // namespace voiceagent
