#include "net/outbox.h"

namespace voiceagent::net {

namespace {

constexpr std::size_t kMuch = 32 * 1024;  // fits into a processor's nearest caches
constexpr std::size_t kKept = 2 * kMuch;  // capacity, between rounds
constexpr std::size_t kParts = 128;

}  // namespace

Outbox::Outbox() {
  parts_.reserve(kParts);
  bytes_.reserve(kKept);
}

std::string& Outbox::next(Writer& writer) {
  if (bytes_.size() >= kMuch) flush();
  if (parts_.empty() || parts_.back().writer != &writer) parts_.push_back({&writer, bytes_.size()});
  return bytes_;
}

void Outbox::flush() {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::size_t end = i + 1 < parts_.size() ? parts_[i + 1].begin : bytes_.size();
    const std::string_view bytes = std::string_view(bytes_).substr(0, end);
    if (parts_[i].writer != nullptr) parts_[i].writer->write(bytes.substr(parts_[i].begin));
  }
  parts_.clear();
  bytes_.clear();
  if (bytes_.capacity() <= 2 * kKept) return;
  std::string().swap(bytes_);
  bytes_.reserve(kKept);
}

void Outbox::forget(const Writer& writer) {
  for (Part& part : parts_) {
    if (part.writer == &writer) part.writer = nullptr;
  }
}

}  // namespace voiceagent::net
