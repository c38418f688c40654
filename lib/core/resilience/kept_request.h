// A request to a model that can be made again: all of it, kept in a few blocks of memory.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/llm.h"

namespace voiceagent {

class KeptRequest {
 public:
  explicit KeptRequest(const LlmRequest& request);
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;

  // The same request. With `said` it is for the rest of a reply that begins with that.
  LlmRequest again(std::string_view said);
  std::string_view session_id() const { return request_.session_id; }

 private:
  std::string_view keep(std::string_view text);
  ToolCall keep(const ToolCall& call);
  void keep_messages(std::span<const Message> messages);

  LlmRequest request_;
  std::string text_;             // of all of it; never grows beyond what was reserved
  std::vector<ToolCall> calls_;  // of all messages; nor does this
  std::vector<ToolDescription> tools_;
  std::vector<Message> messages_;  // the last one is for what was said
};

}  // namespace voiceagent
