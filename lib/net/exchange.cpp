#include "net/exchange.h"

#include <utility>

namespace voiceagent::net {

Exchange::Exchange(std::weak_ptr<HttpConnection> connection, std::uint64_t number,
                   std::shared_ptr<Loop> loop, HttpRequest request, ByteShare share)
    : connection_(std::move(connection)),
      number_(number),
      loop_(std::move(loop)),
      request_(std::move(request)),
      share_(std::move(share)) {}

// The last owner may be on another thread, where the connection must not be held.
Exchange::~Exchange() {
  if (ended_) return;
  auto tell = [weak = connection_, number = number_, request = std::move(request_)] {
    const auto connection = weak.lock();
    if (connection && connection->serves(number)) connection->abandoned(request);
  };
  if (loop_->is_current()) {
    tell();
  } else {
    loop_->post(std::move(tell));
  }
}

std::shared_ptr<HttpConnection> Exchange::connection() const {
  if (ended_) return nullptr;
  auto connection = connection_.lock();
  return connection && connection->serves(number_) ? connection : nullptr;
}

// What was to be called goes last: it may own this exchange.
void Exchange::send(HttpResponse response) {
  const Callbacks released = release();
  const auto open = connection();
  ended_ = true;
  if (open) open->answer(std::move(response));
}

void Exchange::begin(HttpResponse head) {
  if (const auto open = connection()) open->begin(head);
}

bool Exchange::write(std::string_view piece) {
  const auto open = connection();
  return open && open->write(piece);
}

void Exchange::end() {
  const Callbacks released = release();
  const auto open = connection();
  ended_ = true;
  if (open) open->end();
}

Exchange::Callbacks Exchange::release() {
  return {std::exchange(on_drained_, nullptr), std::exchange(on_gone_, nullptr)};
}

void Exchange::on_gone(UniqueFunction<void()> f) {
  if (gone_) {
    loop_->post(std::move(f));
  } else {
    on_gone_ = std::move(f);
  }
}

std::size_t Exchange::queued_bytes() const {
  const auto open = connection();
  return open ? open->queued_bytes() : 0;
}

// Called in a copy: it may set another.
void Exchange::drained() {
  if (!on_drained_) return;
  auto f = std::exchange(on_drained_, nullptr);
  f();
  if (!on_drained_ && !ended_) on_drained_ = std::move(f);
}

void Exchange::gone() {
  gone_ = true;
  if (auto f = std::exchange(on_gone_, nullptr)) f();
}

}  // namespace voiceagent::net
