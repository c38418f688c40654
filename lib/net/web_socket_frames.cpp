#include "net/web_socket_frames.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf8.h"
#include "net/web_socket.h"

namespace voiceagent::net {

namespace {

constexpr std::uint64_t kMaxControl = 125;
constexpr std::size_t kKept = 16 * 1024;  // more room than this is given back
constexpr int kNoCode = 1005;

void clear(std::string& text) {
  if (text.capacity() > kKept) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

constexpr FrameReader::Error protocol_error(std::string_view reason) {
  return {kCloseProtocolError, reason};
}

}  // namespace

std::size_t write_frame_header(FrameKind kind, std::uint64_t size, char* out) {
  constexpr unsigned kFinal = 0x80;
  *out++ = static_cast<char>(kFinal | static_cast<unsigned>(kind));
  int bytes = 0;
  if (size < 126) {
    *out++ = static_cast<char>(size);
  } else {
    bytes = size < 65536 ? 2 : 8;
    *out++ = bytes == 2 ? 126 : 127;
  }
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    *out++ = static_cast<char>(size >> shift & 0xFF);
  }
  return 2 + static_cast<std::size_t>(bytes);
}

void append_frame(std::string& out, FrameKind kind, std::string_view head, std::string_view payload,
                  const FrameMask* mask) {
  std::array<char, kMaxFrameHeader> header{};
  const std::size_t size = write_frame_header(kind, head.size() + payload.size(), header.data());
  if (mask != nullptr) header[1] = static_cast<char>(static_cast<unsigned char>(header[1]) | 0x80);
  out.append(header.data(), size);
  if (mask != nullptr) out.append(mask->begin(), mask->end());
  const std::size_t begin = out.size();
  out += head;
  out += payload;
  if (mask != nullptr) apply_mask(std::span(out).subspan(begin), *mask, 0);
}

// Eight bytes at a time; the mask is turned to where it goes on.
void apply_mask(std::span<char> bytes, const FrameMask& mask, std::size_t at) {
  std::array<unsigned char, 8> turned{};
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = mask[(at + i) & 3];
  std::uint64_t eight = 0;
  std::memcpy(&eight, turned.data(), sizeof(eight));
  char* next = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof(eight); left -= sizeof(eight), next += sizeof(eight)) {
    std::uint64_t word = 0;
    std::memcpy(&word, next, sizeof(word));
    word ^= eight;
    std::memcpy(next, &word, sizeof(word));
  }
  for (std::size_t i = 0; i < left; ++i) {
    next[i] = static_cast<char>(static_cast<unsigned char>(next[i]) ^ turned[i]);
  }
}

std::string web_socket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return {base64.begin(), base64.begin() + length};
}

bool is_close_code(int code) {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code < 1015 && (code < 1004 || code > 1006);
}

FrameReader::Error FrameReader::read(std::span<char> bytes, Sink& sink) {
  while (!done_ && (!bytes.empty() || (in_payload_ && left_ == 0))) {
    Error error;
    if (!in_payload_) {
      if (!read_header(bytes)) break;
      error = check_header();
    } else {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      error = take_payload(bytes.first(size), sink);
      bytes = bytes.subspan(size);
    }
    if (error.code != 0) {
      stop();
      return error;
    }
  }
  return {};
}

void FrameReader::stop() {
  done_ = true;
  std::string().swap(message_);
}

// How long the header is, as far as its beginning says.
std::size_t FrameReader::header_size() const {
  if (header_read_ < 2) return 2;
  const int length = header_[1] & 0x7F;
  const std::size_t mask = (header_[1] & 0x80) != 0 ? 4 : 0;
  return 2 + mask + (length == 126 ? 2U : 0U) + (length == 127 ? 8U : 0U);
}

// Whether it is complete.
bool FrameReader::read_header(std::span<char>& bytes) {
  while (header_read_ < header_size()) {
    const std::size_t size = std::min(header_size() - header_read_, bytes.size());
    if (size == 0) return false;
    std::memcpy(header_.data() + header_read_, bytes.data(), size);
    header_read_ += size;
    bytes = bytes.subspan(size);
  }
  return true;
}

FrameReader::Error FrameReader::check_header() {
  const std::size_t size = std::exchange(header_read_, 0);
  const bool masked = (header_[1] & 0x80) != 0;
  const std::size_t length_end = size - (masked ? 4 : 0);
  kind_ = static_cast<FrameKind>(header_[0] & 0x0F);
  final_ = (header_[0] & 0x80) != 0;
  left_ = header_[1] & 0x7F;
  if (length_end > 2) {
    left_ = 0;
    for (std::size_t i = 2; i < length_end; ++i) left_ = left_ << 8 | header_[i];
  }
  if ((header_[0] & 0x70) != 0) return protocol_error("reserved bits are set");
  if (masked != (from_ == Side::kClient)) {
    return protocol_error(masked ? "a server doesn't mask its frames"
                                 : "a client masks its frames");
  }
  if ((length_end == 4 && left_ < 126) || (length_end == 10 && left_ < 65536)) {
    return protocol_error("a length takes more bytes than it needs");
  }
  if (masked) {
    std::copy_n(header_.begin() + static_cast<std::ptrdiff_t>(length_end), 4, mask_.begin());
  }
  mask_at_ = 0;
  in_payload_ = true;
  switch (kind_) {
    case FrameKind::kClose:
    case FrameKind::kPing:
    case FrameKind::kPong:
      if (!final_ || left_ > kMaxControl) return protocol_error("a control frame is too large");
      return {};
    case FrameKind::kText:
    case FrameKind::kBinary:
      if (continues_) return protocol_error("a message begins inside another");
      message_is_text_ = kind_ == FrameKind::kText;
      break;
    case FrameKind::kContinuation:
      if (!continues_) return protocol_error("nothing is there to be continued");
      break;
    default: return protocol_error("a frame of an unknown kind");
  }
  if (left_ > max_message_ || message_.size() > max_message_ - left_) {
    return {kCloseTooBig, "the message is too large"};
  }
  return {};
}

FrameReader::Error FrameReader::take_payload(std::span<char> payload, Sink& sink) {
  if (from_ == Side::kClient) {
    apply_mask(payload, mask_, mask_at_);
    mask_at_ += payload.size();
  }
  left_ -= payload.size();
  std::string& begun = is_control() ? control_ : message_;
  const bool in_one_piece =
      left_ == 0 && begun.empty() && (is_control() || (final_ && !continues_));
  if (in_one_piece) return end_of_frame(payload, sink);
  begun.append(payload.data(), payload.size());
  if (left_ > 0) return {};
  if (!is_control() && !final_) {
    continues_ = true;
    in_payload_ = false;
    return {};
  }
  const Error error = end_of_frame(begun, sink);
  clear(begun);
  return error;
}

FrameReader::Error FrameReader::end_of_frame(std::span<char> payload, Sink& sink) {
  in_payload_ = false;
  bool more = true;
  switch (kind_) {
    case FrameKind::kClose: return deliver_close(payload, sink);
    case FrameKind::kPing: more = sink.on_ping(payload); break;
    case FrameKind::kPong: more = sink.on_pong(); break;
    default: return deliver(payload, sink);
  }
  done_ = !more;
  return {};
}

FrameReader::Error FrameReader::deliver(std::span<char> payload, Sink& sink) {
  continues_ = false;
  if (message_is_text_ && !is_valid_utf8({payload.data(), payload.size()})) {
    return {kCloseInvalidText, "text must be UTF-8"};
  }
  done_ = !sink.on_message(message_is_text_, payload);
  return {};
}

FrameReader::Error FrameReader::deliver_close(std::span<char> payload, Sink& sink) {
  if (payload.empty()) {
    sink.on_close(kNoCode, {});
  } else {
    if (payload.size() == 1) return protocol_error("half a close code");
    const int code =
        static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    const std::string_view reason(payload.data() + 2, payload.size() - 2);
    if (!is_close_code(code)) return protocol_error("a close code that may not be sent");
    if (!is_valid_utf8(reason)) return {kCloseInvalidText, "text must be UTF-8"};
    sink.on_close(code, reason);
  }
  done_ = true;
  return {};
}

}  // namespace voiceagent::net
