// From the application's answers to bytes.
#include <chrono>
#include <utility>

#include "net/http_connection.h"

namespace voiceagent::net {

namespace {

constexpr Duration kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kOneWrite = 64 * 1024;  // an answer up to here leaves in one piece

}  // namespace

AnswerFrame HttpConnection::frame() const {
  AnswerFrame frame;
  frame.keep_alive = keep_alive_ && !server_.draining();
  frame.http_1_0 = http_1_0_;
  return frame;
}

void HttpConnection::answer(HttpResponse response) {
  AnswerFrame frame = this->frame();
  frame.framing = has_body(response.status) ? Framing::kLength : Framing::kNone;
  frame.length = response.body.size();
  if (head_only_ && response.body.empty()) {  // it may say how long the body would be
    frame.length = parse_length(response.headers.get("content-length")).value_or(0);
  }
  keep_alive_ = frame.keep_alive;
  if (frame.framing == Framing::kNone || head_only_) response.body.clear();
  std::string& bytes = server_.write_buffer();
  append_head(bytes, response, frame, server_.date());
  if (bytes.size() + response.body.size() <= kOneWrite) {
    bytes += response.body;
    put(bytes);
  } else {
    put(bytes);
    out_.push(std::move(response.body));
    if (!broken_) count_written(out_.flush(*stream_));
  }
  complete();
}

void HttpConnection::begin(const HttpResponse& head) {
  AnswerFrame frame = this->frame();
  const auto length = parse_length(head.headers.get("content-length"));
  if (!has_body(head.status)) {
    frame.framing = Framing::kNone;
    head_only_ = true;
  } else if (length) {
    frame.length = *length;
  } else if (http_1_0_) {
    frame.framing = Framing::kClose;
    frame.keep_alive = false;
  } else {
    frame.framing = Framing::kChunked;
  }
  chunked_ = frame.framing == Framing::kChunked;
  keep_alive_ = frame.keep_alive;
  state_ = State::kStreaming;
  std::string& bytes = server_.write_buffer();
  append_head(bytes, head, frame, server_.date());
  put(bytes);
  watch();
}

bool HttpConnection::write(std::string_view piece) {
  if (head_only_ || piece.empty()) return !broken_;
  if (chunked_) {
    std::string& chunk = server_.write_buffer();
    append_chunk(chunk, piece);
    piece = chunk;
  }
  put(piece);
  watch();
  return !broken_;
}

void HttpConnection::end() {
  if (chunked_ && !head_only_) put(kLastChunk);
  chunked_ = false;
  complete();
}

void HttpConnection::abandoned(const HttpRequest& request) {
  if (state_ == State::kStreaming) return broken();  // a cut answer must not look whole
  refuse(500, "the request was not answered", request);
}

// The answer is complete; what of it waits is written first.
void HttpConnection::complete() {
  exchange_number_ = 0;
  exchange_.reset();
  state_ = State::kFlushing;
  deadline_ = Time::max();
  if (!out_.empty() || broken_) return watch();
  if (keep_alive_) {
    state_ = State::kHead;
    if (server_.draining() && idle()) return lost();  // the answer had begun before
    request_began_ = server_.loop()->now();
    set_deadline(idle() ? server_.options().keep_alive_timeout : server_.options().header_timeout);
    if ((!in_.empty() || ended_) && !processing_) resume_later();
  } else if (linger_) {
    stream_->finish_writing();
    state_ = State::kLingering;
    in_.clear();
    set_deadline(kLingerTime);
  } else {
    return lost();
  }
  watch();
}

}  // namespace voiceagent::net
