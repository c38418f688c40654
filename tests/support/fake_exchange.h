// A request without a socket: what is answered is kept.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/http_server.h"

namespace voiceagent::test {

// What a client would have got.
struct FakeAnswer {
  int answers = 0;             // send() or begin(): 1 when all is well
  net::HttpResponse response;  // its body is all that was sent
  bool ended = false;
};

class FakeExchange final : public net::HttpExchange {
 public:
  FakeExchange(std::shared_ptr<net::Loop> loop, net::HttpRequest request,
               std::shared_ptr<FakeAnswer> answer)
      : loop_(std::move(loop)), request_(std::move(request)), answer_(std::move(answer)) {}

  const std::shared_ptr<net::Loop>& loop() const override { return loop_; }
  const net::HttpRequest& request() const override { return request_; }
  net::HttpRequest& mutable_request() override { return request_; }

  void send(net::HttpResponse response) override {
    begin(std::move(response));
    answer_->ended = true;
  }
  void begin(net::HttpResponse head) override {
    ++answer_->answers;
    answer_->response = std::move(head);
  }
  bool write(std::string_view piece) override {
    if (gone_) return false;
    answer_->response.body += piece;
    queued_ += slow_ ? piece.size() : 0;
    return true;
  }
  void end() override { answer_->ended = true; }
  std::size_t queued_bytes() const override { return queued_; }
  void on_drained(UniqueFunction<void()> f) override { drained_ = std::move(f); }
  void on_gone(UniqueFunction<void()> f) override {
    if (gone_) return loop_->post(std::move(f));
    when_gone_ = std::move(f);
  }

  // The client reads nothing from now on; then it reads all.
  void be_slow() { slow_ = true; }
  void drain() {
    queued_ = 0;
    if (drained_) drained_();
  }
  // The client goes away.
  void leave() {
    gone_ = true;
    if (when_gone_) when_gone_();
  }

 private:
  const std::shared_ptr<net::Loop> loop_;
  net::HttpRequest request_;
  const std::shared_ptr<FakeAnswer> answer_;
  UniqueFunction<void()> drained_;
  UniqueFunction<void()> when_gone_;
  std::size_t queued_ = 0;
  bool slow_ = false;
  bool gone_ = false;
};

}  // namespace voiceagent::test
