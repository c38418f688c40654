#include "server/http/json_body.h"

#include <cassert>
#include <string>
#include <utility>

#include "base/text.h"

namespace voiceagent::server {

std::shared_ptr<const JsonSchema> body_schema(std::string_view text) {
  Result<std::shared_ptr<const JsonSchema>> schema = JsonSchema::compile(text);
  assert(schema.ok());
  return std::move(*schema);
}

bool has_content_type(const net::HttpRequest& request, std::string_view type) {
  const std::string_view header = request.header("content-type");
  return to_lower(trim(header.substr(0, header.find(';')))) == type;
}

std::optional<Json> read_json(Call& call, const JsonSchema& schema) {
  if (!has_content_type(call.request(), "application/json")) {
    call.fail(problem(415, "the body must be JSON: send it with Content-Type: application/json"));
    return std::nullopt;
  }
  const std::string body = call.take_body();
  Result<Json> json = Json::parse(body);
  if (!json.ok()) {
    call.fail(json.status().within("the body is no JSON"));
    return std::nullopt;
  }
  if (Status status = schema.check(*json); !status.ok()) {
    call.fail(status.within("the body"));
    return std::nullopt;
  }
  return std::move(*json);
}

}  // namespace voiceagent::server
