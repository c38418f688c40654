#include "transports/websocket/foreign_socket.h"

#include <string>
#include <utility>

#include "net/loop.h"

namespace voiceagent::transports {
namespace {

constexpr std::size_t kMaxMail = 256 * 1024;

void append(std::string& to, std::span<const std::byte> bytes) {
  to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// On the connection's loop.
void deliver(Wire& wire, Mail& mail) {
  if (wire.socket == nullptr) return;
  switch (mail.kind) {
    case Mail::Kind::kText: wire.socket->send_text(mail.bytes); break;
    case Mail::Kind::kAudio:
      wire.socket->send_binary(std::as_bytes(std::span(mail.bytes)), {}, net::Delivery::kMayDrop);
      break;
    case Mail::Kind::kDropAudio: wire.socket->drop_queued(); break;
    case Mail::Kind::kClose: wire.socket->close(mail.code, mail.bytes); break;
  }
  wire.queued = wire.socket->queued_bytes();
  wire.dropped = wire.socket->dropped_messages();
}

}  // namespace

ForeignSocket::ForeignSocket(std::shared_ptr<Wire> wire)
    : loop_(wire->socket->loop()),
      request_(wire->socket->request()),
      wire_(wire),
      out_(Mailbox::create(loop_, kMaxMail, [wire](Mail& mail) { deliver(*wire, mail); })) {}

bool ForeignSocket::send(Mail mail) {
  if (closing_) return false;
  if (!out_->post(std::move(mail))) close(net::kCloseTryAgain, "too much waits to be sent");
  return !closing_;
}

bool ForeignSocket::send_text(std::string_view text, net::Delivery) {
  return send({Mail::Kind::kText, 0, std::string(text)});
}

bool ForeignSocket::send_binary(std::span<const std::byte> head, std::span<const std::byte> payload,
                                net::Delivery) {
  Mail mail{Mail::Kind::kAudio, 0, {}};
  mail.bytes.reserve(head.size() + payload.size());
  append(mail.bytes, head);
  append(mail.bytes, payload);
  return send(std::move(mail));
}

std::size_t ForeignSocket::drop_queued() {
  out_->drop_audio();
  return 0;  // how much the other loop drops isn't known here
}

void ForeignSocket::close(int code, std::string_view reason) {
  if (std::exchange(closing_, true)) return;
  out_->post({Mail::Kind::kClose, code, std::string(reason)});
}

std::size_t ForeignSocket::queued_bytes() const { return out_->queued_bytes() + wire_->queued; }

std::uint64_t ForeignSocket::dropped_messages() const { return out_->dropped() + wire_->dropped; }

}  // namespace voiceagent::transports
