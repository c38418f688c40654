// A request that a route answers: the exchange, and what the server adds to every answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/http_server.h"
#include "server/http/problem.h"
#include "server/http/router.h"
#include "transports/transport_host.h"
#include "voiceagent/json.h"

namespace voiceagent::server {

// How a request ended, for the log and the metrics. Views live during the call.
struct CallRecord {
  const net::HttpRequest& request;
  const Route* route;             // null: none
  int status;                     // 499: the client went away before the end
  std::uint64_t bytes;            // of the body
  Duration duration;              // from the complete request to the end of the answer
  std::string_view session = {};  // that it was about; empty: none
};

// What every answer has in common. Any thread.
class AnswerPolicy {
 public:
  virtual ~AnswerPolicy() = default;
  // Adds the headers that all answers carry; `route` is null where none answers.
  virtual void dress(const net::HttpRequest& request, const Route* route,
                     net::HttpResponse& response) = 0;
  virtual void record(const CallRecord& record) = 0;
  // Counts the request for the rate of its address; what refuses it: there are too many.
  virtual std::optional<Problem> admit(const net::HttpRequest& request) = 0;
};

// All of it on the exchange's loop, unless it says otherwise. Answered once, by one of answer(),
// fail() and begin(); dropping the last pointer unanswered answers 500.
class Call {
 public:
  Call(std::shared_ptr<net::HttpExchange> exchange, RouteMatch match,
       transports::Principal principal, std::shared_ptr<AnswerPolicy> policy);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const std::shared_ptr<net::Loop>& loop() const { return exchange_->loop(); }  // any thread
  const net::HttpRequest& request() const { return exchange_->request(); }      // any thread
  const transports::Principal& principal() const { return principal_; }         // any thread
  // The value of {name} in the route's pattern.
  std::string_view parameter(std::string_view name) const;
  // The body; empty from then on.
  std::string take_body() { return std::move(exchange_->mutable_request().body); }

  void answer(net::HttpResponse response);
  void answer_json(const JsonWriter& json, int status = 200);
  void fail(const Problem& problem);
  void fail(const Status& status) { fail(problem_of(status)); }
  // Nothing is there, as the route found out: the request counts for the rate after all, and is
  // answered (429, or `problem`) and recorded as one without a route.
  void fail_unrouted(const Problem& problem);

  // An answer in pieces: begin, write, end; see HttpExchange. A HEAD request gets no body.
  void begin(net::HttpResponse head);
  bool write(std::string_view piece);
  void end();
  std::size_t queued_bytes() const { return exchange_->queued_bytes(); }
  void on_drained(UniqueFunction<void()> f) { exchange_->on_drained(std::move(f)); }
  // `f` is called once, when the client goes away before the end of the answer.
  void on_gone(UniqueFunction<void()> f);
  bool answered() const { return status_ != 0; }
  // Which session it is about, for the log; before the answer ends.
  void set_session(std::string id) { session_ = std::move(id); }

 private:
  void record(int status);

  const std::shared_ptr<net::HttpExchange> exchange_;
  RouteMatch match_;
  const transports::Principal principal_;
  const std::shared_ptr<AnswerPolicy> policy_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  int status_ = 0;  // 0: not answered
  std::uint64_t bytes_ = 0;
  std::string session_;
  bool recorded_ = false;
  const std::shared_ptr<bool> gone_ = std::make_shared<bool>(false);  // the client has
};

}  // namespace voiceagent::server
