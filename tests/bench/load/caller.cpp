#include "bench/load/caller.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "net/loop.h"

namespace voiceagent::bench {

namespace {

constexpr int kRate = 16'000;
constexpr std::size_t kHeader = 8;
constexpr std::uint32_t kFrameSamples = kRate / 50;
constexpr std::uint32_t kAhead = kRate / 5;  // more than is sent ahead of a reply's playing
constexpr Duration kPause{200'000'000};      // between replies
constexpr std::size_t kPingEvery = 50;       // frames
constexpr std::string_view kPing = R"({"type":"ping","id":1})";

std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;  // little-endian, as are the machines that this runs on
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

bool is_a(std::string_view message, std::string_view type) {
  constexpr std::string_view kBegin = R"({"type":")";
  return message.starts_with(kBegin) && message.substr(kBegin.size()).starts_with(type);
}

}  // namespace

void Caller::opened(std::shared_ptr<net::WebSocket> socket) {
  socket_ = std::move(socket);
  if (mode_ == LoadMode::kEcho) {
    ready_ = true;
    return;
  }
  socket_->send_text(mode_ == LoadMode::kTalking
                         ? R"({"type":"start","mode":"voice_to_voice","client":"load"})"
                         : R"({"type":"start","mode":"voice_to_text","client":"load"})");
}

void Caller::send_frame() {
  if (!ready_ || ended_) return;
  if (wait_ > 0) {
    --wait_;
    return;
  }
  const Time now = socket_->loop()->now();
  const std::size_t at = sent_++ % script_.frames.size();
  if (!socket_->send_binary(script_.frames[at])) return;
  if (results_.measuring) ++results_.frames_sent;
  if (mode_ == LoadMode::kEcho) sent_at_.push_back(now);
  if (at + 1 == script_.speech_frames) speech_end_ = now;
  if (mode_ == LoadMode::kListening && sent_ % kPingEvery == 0 && ping_at_ == Time()) {
    ping_at_ = now;
    socket_->send_text(kPing);
    if (results_.measuring) ++results_.probes_sent;
  }
}

void Caller::text(std::span<char> message) {
  const std::string_view text(message.data(), message.size());
  if (is_a(text, "pong\"")) {
    if (results_.measuring) {
      ++results_.probes_answered;
      results_.delay_ms.add(to_ms(socket_->loop()->now() - ping_at_));
    }
    ping_at_ = Time();
  } else if (is_a(text, "started\"")) {
    ready_ = true;
  } else if (is_a(text, "error\"") || is_a(text, "warning\"") || is_a(text, "flush\"")) {
    problem(text);
  }
}

void Caller::binary(std::span<const std::byte> message) {
  const Time now = socket_->loop()->now();
  if (results_.measuring) ++results_.frames_received;
  if (mode_ != LoadMode::kEcho) return hear(now, message);
  if (sent_at_.empty()) return problem("a message that was not sent");
  const Time sent = sent_at_.pop_front();
  if (results_.measuring) results_.delay_ms.add(to_ms(now - sent));
}

void Caller::hear(Time now, std::span<const std::byte> message) {
  if (message.size() <= kHeader) return problem("a frame without audio");
  const std::uint32_t generation = number_at(message, 0);
  const std::uint32_t position = number_at(message, 4);
  if (!reply_.empty() && now - reply_.back().at > kPause) end_reply();
  const std::uint32_t missing = position - next_position_;
  if (generation == generation_ && missing != 0 && results_.measuring) {
    results_.frames_lost += std::max<std::uint32_t>(missing / kFrameSamples, 1);
  }
  generation_ = generation;
  next_position_ = position + static_cast<std::uint32_t>((message.size() - kHeader) / 2);
  reply_.push_back({now, position});
  if (speech_end_ == Time()) return;
  if (results_.measuring) results_.response_ms.add(to_ms(now - speech_end_));
  speech_end_ = Time();
}

void Caller::end_reply() {
  const std::uint32_t begin = reply_.front().position;
  const auto delay = [&](const Arrival& arrival) {
    return arrival.at - reply_.front().at - samples_to_duration(arrival.position - begin, kRate);
  };
  Duration least = Duration::max();
  for (const Arrival& arrival : reply_) least = std::min(least, delay(arrival));
  for (const Arrival& arrival : reply_) {
    if (arrival.position - begin < kAhead || !results_.measuring) continue;
    results_.delay_ms.add(to_ms(delay(arrival) - least));
  }
  reply_.clear();
}

void Caller::finish() {
  if (!reply_.empty()) end_reply();
  if (mode_ == LoadMode::kListening && socket_ && socket_->dropped_messages() > 0) {
    results_.frames_lost += socket_->dropped_messages();
  }
}

void Caller::closed(int code, std::string_view reason) {
  ended_ = true;
  socket_.reset();
  problem("closed with " + std::to_string(code) + ": " + std::string(reason));
}

void Caller::problem(std::string_view what) {
  constexpr std::uint64_t kTold = 5;
  if (results_.problems++ >= kTold) return;
  std::fprintf(stderr, "load: %.*s\n", static_cast<int>(what.size()), what.data());
}

}  // namespace voiceagent::bench
