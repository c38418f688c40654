// Secrets don't belong into logs: what looks like one is taken out, whoever wrote it there.
#pragma once

#include <string>
#include <string_view>

namespace voiceagent {

// `text` with "[redacted]" in the place of bearer tokens, of the values of names such as
// `authorization`, `api_key`, `password` and `access_token` (as headers, JSON, assignments or
// queries have them), of the user's part of URLs, and of keys known by their form (sk-..., eyJ...).
// Each line is looked at by itself. Doing it twice changes nothing.
std::string redact_secrets(std::string_view text);

}  // namespace voiceagent
