/// @file
/// Language models and dialogue engines: the streaming interface, and the helper that makes one
/// from a function. The C form of it is va_llm_vtable in provider_abi.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "voiceagent/export.h"
#include "voiceagent/provider.h"

namespace voiceagent {

/// Who said something.
enum class Role { kSystem, kUser, kAssistant, kTool };

/// "system", "user", "assistant" or "tool".
VOICEAGENT_EXPORT std::string_view to_string(Role role);

/// A model asks for a tool.
struct ToolCall {
  std::string_view id;         ///< The model's own id of this call; empty: it has none.
  std::string_view name;       ///< Which tool.
  std::string_view arguments;  ///< JSON text.
};

/// One message of a conversation; views valid during the call that passes it. Each call of the
/// assistant's is followed by a message of Role::kTool, before anybody else's.
struct Message {
  Role role = Role::kUser;   ///< Who.
  std::string_view text;     ///< What; of the assistant only what the user heard, unless it is the
                             ///< reply that is being made; of a tool the result.
  bool interrupted = false;  ///< The assistant was cut off after `text`.
  std::span<const ToolCall> tool_calls{};  ///< That the assistant made after `text`.
  std::string_view tool_call_id{};         ///< Of a tool: which call this is the result of.
};

/// A tool, as the model is told of it.
struct ToolDescription {
  std::string_view name;         ///< Its name.
  std::string_view description;  ///< What it does, and when to use it.
  std::string_view parameters;   ///< JSON Schema of its arguments, an object.
};

/// A named value found in an utterance, such as city = "Paris".
struct Slot {
  std::string_view name;   ///< As the intents file names it.
  std::string_view value;  ///< As it was said, or the listed value that it was taken for.
};

/// What a dialogue engine took the utterance to mean.
struct Intent {
  std::string_view name;        ///< As the intents file names it; empty: not understood.
  float confidence = 0.0F;      ///< 0 to 1.
  std::span<const Slot> slots;  ///< The values found.
};

/// Why a reply ended.
enum class FinishReason { kStop, kLength, kToolCalls, kFiltered, kCancelled };

/// The lower-case name of a reason, such as "tool_calls".
VOICEAGENT_EXPORT std::string_view to_string(FinishReason reason);

/// What a reply cost, as far as the provider says.
struct Usage {
  std::int64_t input_tokens = 0;   ///< 0: not said.
  std::int64_t output_tokens = 0;  ///< 0: not said.
};

/// Takes a reply as it comes; see provider.h for the threads.
class LlmSink {
 public:
  /// More text, in UTF-8; a piece may end inside a word but not inside a character (the halves of
  /// one that is cut are replaced by U+FFFD). White space before the first word of an answer is
  /// left out.
  virtual void delta(std::string_view text) = 0;
  /// What a dialogue engine understood; before the first delta.
  virtual void intent(const Intent& intent) = 0;
  /// The model wants a tool run, with complete arguments. The calls of a reply run after done(),
  /// and the model is asked again with their results.
  virtual void tool_call(const ToolCall& call) = 0;
  /// The reply is complete; closed() follows. If the last message was the user's and neither text
  /// nor an intent nor a call has come, that is a failure of the kind kProtocol. After the results
  /// of tools, or when asked for the rest of a reply, there may be nothing left to say.
  virtual void done(const Usage& usage, FinishReason reason) = 0;
  /// The stream failed; closed() follows.
  virtual void error(const ProviderError& error) = 0;
  /// Nothing more will come: exactly once, and last.
  virtual void closed() = 0;

 protected:
  ~LlmSink() = default;
};

/// One reply in the making.
class VOICEAGENT_EXPORT LlmStream {
 public:
  virtual ~LlmStream() = default;
  /// Stop at once: closed() follows as soon as possible.
  virtual void cancel() = 0;
};

/// What a model is asked. Everything is valid during start(); copy what is needed longer.
struct LlmRequest {
  StreamContext context;  ///< What the stream may use.
  std::span<const Message>
      messages;                   ///< The conversation, oldest first; the last is to be answered.
  std::string_view language;      ///< BCP 47, or empty.
  std::string_view session_id;    ///< For logs and for providers that keep state per session.
  std::int64_t wall_time_ms = 0;  ///< Milliseconds since 1970 UTC, for what asks the time.
  std::span<const ToolDescription> tools{};  ///< What the model may call.
  bool may_call_tools = true;  ///< False: it must answer in words now ("tool_choice": "none").
};

/// A model: shared by all sessions of an engine, safe to start streams from any executor.
class VOICEAGENT_EXPORT LlmProvider {
 public:
  virtual ~LlmProvider() = default;
  /// Begins a reply; `sink` stays valid until it has been told closed(). Does not block.
  virtual Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) = 0;
  /// A session has opened that will want replies: a good moment to make a connection, or what else
  /// takes long and can be kept. Called once a session, on its executor, before its greeting; must
  /// not block. Whether it succeeds is for nobody to wait for: what fails is tried again by the
  /// first stream, which says so. Does nothing unless overridden.
  virtual void warm_up(const WarmUp& means) { (void)means; }
};

/// Hands over a piece of a reply; returns false once the reply is no longer wanted.
using EmitText = std::function<bool(std::string_view text)>;

/// Makes a model from a blocking function that runs on a worker thread: it reads the messages and
/// emits its reply in as many pieces as it likes. It must be callable from several threads at once.
VOICEAGENT_EXPORT std::shared_ptr<LlmProvider> llm_from_function(
    std::function<Status(std::span<const Message> messages, const EmitText& emit)> function);

}  // namespace voiceagent
