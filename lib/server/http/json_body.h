// JSON that comes as a request's body, checked against a schema.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/json_schema.h"
#include "server/http/call.h"
#include "voiceagent/json.h"

namespace voiceagent::server {

// A schema of our own. REQUIRES: it is right.
std::shared_ptr<const JsonSchema> body_schema(std::string_view text);

// The body of `call`; none: it was wrong, and the call has been answered (415, 400).
std::optional<Json> read_json(Call& call, const JsonSchema& schema);

// Whether the client says that it sends this type; parameters such as a charset don't count.
bool has_content_type(const net::HttpRequest& request, std::string_view type);

}  // namespace voiceagent::server
