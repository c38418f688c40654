#include "server/http/call.h"

namespace voiceagent::server {
namespace {

constexpr int kClientGone = 499;

bool is_head(const net::HttpRequest& request) { return request.method == "HEAD"; }

}  // namespace

Call::Call(std::shared_ptr<net::HttpExchange> exchange, RouteMatch match,
           transports::Principal principal, std::shared_ptr<AnswerPolicy> policy)
    : exchange_(std::move(exchange)),
      match_(std::move(match)),
      principal_(std::move(principal)),
      policy_(std::move(policy)) {}

Call::~Call() {
  if (!answered()) {
    fail(problem(500, "the server gave no answer; this is a defect: please report it"));
  } else if (!recorded_) {
    record(kClientGone);
  }
}

std::string_view Call::parameter(std::string_view name) const {
  for (const auto& [key, value] : match_.parameters) {
    if (key == name) return value;
  }
  return {};
}

void Call::answer(net::HttpResponse response) {
  status_ = response.status;
  bytes_ = response.body.size();
  policy_->dress(request(), match_.route, response);
  exchange_->send(std::move(response));
  record(status_);
}

void Call::answer_json(const JsonWriter& json, int status) {
  net::HttpResponse response{
      status, {{"content-type", "application/json"}}, std::string(json.text())};
  answer(std::move(response));
}

void Call::fail(const Problem& problem) {
  answer(to_response(problem, request().id, request().path));
}

void Call::fail_unrouted(const Problem& problem) {
  match_.route = nullptr;
  const std::optional<Problem> refusal = policy_->admit(request());
  fail(refusal ? *refusal : problem);
}

void Call::begin(net::HttpResponse head) {
  status_ = head.status;
  policy_->dress(request(), match_.route, head);
  if (is_head(request())) {
    exchange_->send(std::move(head));
    record(status_);
    return;
  }
  exchange_->begin(std::move(head));
}

bool Call::write(std::string_view piece) {
  if (is_head(request())) return false;
  bytes_ += piece.size();
  return exchange_->write(piece);
}

void Call::end() {
  if (is_head(request())) return;
  exchange_->end();
  record(status_);
}

void Call::on_gone(UniqueFunction<void()> f) {
  exchange_->on_gone([gone = gone_, f = std::move(f)]() mutable {
    *gone = true;
    f();
  });
}

void Call::record(int status) {
  recorded_ = true;
  if (*gone_) status = kClientGone;
  policy_->record({request(), match_.route, status, bytes_,
                   std::chrono::steady_clock::now() - start_, session_});
}

}  // namespace voiceagent::server
