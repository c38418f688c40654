#include "server/http/problem.h"

#include <utility>

#include "voiceagent/json.h"

namespace voiceagent::server {
namespace {

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return 400;
    case ErrorCode::kAuth: return 401;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kFailedPrecondition: return 409;
    case ErrorCode::kRateLimited: return 429;
    case ErrorCode::kUnsupported: return 501;
    case ErrorCode::kProtocol: return 502;
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kUnavailable:
    case ErrorCode::kCancelled:
    case ErrorCode::kQuota: return 503;
    case ErrorCode::kTimeout: return 504;
    default: return 500;
  }
}

std::string_view code_name(int status) {
  switch (status) {
    case 400: return "invalid_argument";
    case 401: return "unauthorized";
    case 403: return "forbidden";
    case 404: return "not_found";
    case 405: return "method_not_allowed";
    case 406: return "not_acceptable";
    case 409: return "failed_precondition";
    case 408: return "timeout";
    case 411: return "length_required";
    case 413: return "too_large";
    case 415: return "unsupported_media_type";
    case 416: return "range_not_satisfiable";
    case 422: return "unprocessable";
    case 426: return "upgrade_required";
    case 429: return "rate_limited";
    case 431: return "headers_too_large";
    case 501: return "unsupported";
    case 502: return "bad_gateway";
    case 503: return "unavailable";
    case 504: return "timeout";
    case 505: return "unsupported";
    default: return status >= 400 && status < 500 ? "invalid_argument" : "internal";
  }
}

void add_usual_headers(Problem& problem) {
  if (problem.status == 503 || problem.status == 429) problem.headers.set("retry-after", "1");
  if (problem.status == 401) problem.headers.set("www-authenticate", "Bearer");
}

}  // namespace

Problem problem(int status, std::string detail) {
  Problem result{status, std::move(detail), std::string(code_name(status))};
  add_usual_headers(result);
  return result;
}

Problem problem_of_provider(const Status& status) {
  const int direct = http_status(status.code());
  return problem(direct >= 500 ? direct : direct == 429 ? 503 : 502, status.message());
}

Problem problem_of(const Status& status) {
  Problem result{http_status(status.code()), status.message(),
                 std::string(to_string(status.code()))};
  add_usual_headers(result);
  return result;
}

net::HttpResponse to_response(const Problem& problem, std::string_view request_id,
                              std::string_view instance) {
  JsonWriter json;
  json.begin_object()
      .field("type", "about:blank")
      .field("title", net::reason_phrase(problem.status))
      .field("status", problem.status)
      .field("detail", problem.detail)
      .field("code", problem.code);
  if (!instance.empty()) json.field("instance", instance);
  if (!request_id.empty()) json.field("request_id", request_id);
  if (!problem.session.empty()) json.field("session_id", problem.session);
  json.end_object();
  net::HttpResponse response{problem.status, problem.headers, std::string(json.text())};
  response.headers.set("content-type", "application/problem+json");
  return response;
}

}  // namespace voiceagent::server
