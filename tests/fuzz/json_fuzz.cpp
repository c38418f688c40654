// Any bytes as JSON: refused with a reason and a place, or a document that can be read to its last
// value and reads the same again once it has been written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "voiceagent/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using voiceagent::Json;
using voiceagent::JsonType;

void demand(bool promise) {
  if (!promise) std::abort();
}

// Reads everything. `depth` levels of nesting are still allowed.
void read(const Json& value, int depth) {
  demand(voiceagent::is_valid_utf8(value.string()));
  const bool is_integer = value.integer(1) == value.integer(2);
  demand(!is_integer || value.number(0.5) == static_cast<double>(value.integer()));
  demand(value.boolean(true) == value.boolean(false) || value.type() != JsonType::kBool);
  if (!value.is_array() && !value.is_object()) return demand(value.size() == 0);
  demand(depth > 0);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value.is_object()) {
      demand(voiceagent::is_valid_utf8(value.key_at(i)));
      if (i < 8) demand(value.has(value.key_at(i)));  // linear: not for each of thousands
    }
    read(value.at(i), depth - 1);
  }
  demand(value.at(value.size()).is_null());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto json = Json::parse(bytes);
  if (!json.ok()) {
    demand(json.status().code() == voiceagent::ErrorCode::kInvalidArgument);
    demand(json.status().message().find("invalid JSON at line ") == 0);
    demand(voiceagent::is_valid_utf8(json.status().message()));
    return 0;
  }
  read(*json, 64);
  const std::string text = json->dump();
  const auto again = Json::parse(text);
  demand(again.ok());
  demand(again->dump() == text);
  return 0;
}
