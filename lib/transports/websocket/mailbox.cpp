#include "transports/websocket/mailbox.h"

#include <algorithm>
#include <utility>

namespace voiceagent::transports {

namespace {

std::size_t size_of(const Mail& mail) { return Mailbox::kOverhead + mail.bytes.size(); }

}  // namespace

std::shared_ptr<Mailbox> Mailbox::create(std::shared_ptr<Executor> to, std::size_t max_bytes,
                                         UniqueFunction<void(Mail&)> deliver) {
  return std::shared_ptr<Mailbox>(new Mailbox(std::move(to), max_bytes, std::move(deliver)));
}

bool Mailbox::post(Mail mail) {
  const std::lock_guard lock(mutex_);
  if (!make_room(size_of(mail)) && mail.kind != Mail::Kind::kClose) {
    if (mail.kind != Mail::Kind::kAudio) return false;
    ++dropped_;
    return true;
  }
  bytes_ += size_of(mail);
  queue_.push_back(std::move(mail));
  wake();
  return true;
}

bool Mailbox::make_room(std::size_t bytes) {
  for (auto mail = queue_.begin(); bytes_ + bytes > max_bytes_ && mail != queue_.end();) {
    if (mail->kind != Mail::Kind::kAudio) {
      ++mail;
      continue;
    }
    bytes_ -= size_of(*mail);
    ++dropped_;
    mail = queue_.erase(mail);
  }
  return bytes_ + bytes <= max_bytes_;
}

void Mailbox::drop_audio() {
  const std::lock_guard lock(mutex_);
  std::erase_if(queue_, [this](const Mail& mail) {
    if (mail.kind != Mail::Kind::kAudio) return false;
    bytes_ -= size_of(mail);
    return true;
  });
  // One after another would say nothing new, and none may be lost.
  if (!queue_.empty() && queue_.back().kind == Mail::Kind::kDropAudio) return;
  queue_.push_back({Mail::Kind::kDropAudio, 0, {}});
  bytes_ += kOverhead;
  wake();
}

std::size_t Mailbox::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t Mailbox::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Mailbox::wake() {
  if (std::exchange(awake_, true)) return;
  to_->post([self = shared_from_this()] { self->drain(); });
}

void Mailbox::drain() {
  std::deque<Mail> mails;
  {
    const std::lock_guard lock(mutex_);
    mails.swap(queue_);
    bytes_ = 0;
    awake_ = false;
  }
  for (Mail& mail : mails) deliver_(mail);
}

}  // namespace voiceagent::transports
