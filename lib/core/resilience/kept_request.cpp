#include "core/resilience/kept_request.h"

namespace voiceagent {
namespace {

std::size_t size_of(const ToolCall& call) {
  return call.id.size() + call.name.size() + call.arguments.size();
}

std::size_t size_of(const ToolDescription& tool) {
  return tool.name.size() + tool.description.size() + tool.parameters.size();
}

}  // namespace

KeptRequest::KeptRequest(const LlmRequest& request) : request_(request) {
  std::size_t bytes = request.language.size() + request.session_id.size();
  std::size_t calls = 0;
  for (const Message& message : request.messages) {
    bytes += message.text.size() + message.tool_call_id.size();
    calls += message.tool_calls.size();
    for (const ToolCall& call : message.tool_calls) bytes += size_of(call);
  }
  for (const ToolDescription& tool : request.tools) bytes += size_of(tool);
  text_.reserve(bytes);
  calls_.reserve(calls);
  request_.language = keep(request.language);
  request_.session_id = keep(request.session_id);
  for (const ToolDescription& tool : request.tools) {
    tools_.push_back({keep(tool.name), keep(tool.description), keep(tool.parameters)});
  }
  request_.tools = tools_;
  keep_messages(request.messages);
}

void KeptRequest::keep_messages(std::span<const Message> messages) {
  messages_.reserve(messages.size() + 1);
  for (Message message : messages) {
    message.text = keep(message.text);
    message.tool_call_id = keep(message.tool_call_id);
    const std::size_t first = calls_.size();
    for (const ToolCall& call : message.tool_calls) calls_.push_back(keep(call));
    message.tool_calls = std::span<const ToolCall>(calls_).subspan(first);
    messages_.push_back(message);
  }
  messages_.push_back({Role::kAssistant, {}, false});
}

std::string_view KeptRequest::keep(std::string_view text) {
  const std::size_t begin = text_.size();
  text_ += text;
  return std::string_view(text_).substr(begin);
}

ToolCall KeptRequest::keep(const ToolCall& call) {
  return {keep(call.id), keep(call.name), keep(call.arguments)};
}

LlmRequest KeptRequest::again(std::string_view said) {
  LlmRequest request = request_;
  messages_.back().text = said;
  request.messages = std::span(messages_).first(messages_.size() - (said.empty() ? 1 : 0));
  return request;
}

}  // namespace voiceagent
