#include "core/tools/tool_result.h"

#include "base/utf8.h"
#include "voiceagent/json.h"

namespace voiceagent {

std::string_view running_text() { return R"({"state":"running"})"; }

std::string result_text(std::string_view result, std::size_t max_bytes) {
  if (result.size() <= max_bytes) return sanitize_utf8(result);
  // Only what is kept is looked at: a result may be of any size.
  const std::string note = " [cut: " + std::to_string(result.size()) + " bytes in all]";
  const std::string kept = sanitize_utf8(result.substr(0, max_bytes - note.size()));
  return std::string(truncate_utf8(kept, max_bytes - note.size())) + note;
}

std::string error_text(ToolState state, std::string_view message, std::size_t max_bytes) {
  constexpr std::size_t kAround = 64;  // the braces and names; escapes may still double the rest
  JsonWriter json;
  const std::string text = sanitize_utf8(message.substr(0, max_bytes));
  json.begin_object().field("state", to_string(state));
  json.field("error", truncate_utf8(text, (max_bytes - kAround) / 2)).end_object();
  return std::string(json.text());
}

}  // namespace voiceagent
