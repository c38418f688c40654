// JSON Schema, as far as tools need it: a subset of draft 4, which docs/guide/tools.md lists. What
// is outside of it is refused, not ignored: a rule that nobody checks is worse than none.
#pragma once

#include <memory>
#include <string_view>

#include "voiceagent/json.h"
#include "voiceagent/status.h"

namespace voiceagent {

class JsonSchema {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

  // Checks and compiles a schema whose root describes an object. The error says where it is wrong
  // and what to write instead: "/properties/city: unknown keyword 'maxLenght'; did you ...".
  static Result<std::shared_ptr<const JsonSchema>> compile(std::string_view text);
  virtual ~JsonSchema() = default;

  // Whether `value` satisfies it; the error says where it doesn't, and which rule it breaks. Any
  // thread.
  virtual Status check(const Json& value) const = 0;
};

}  // namespace voiceagent
