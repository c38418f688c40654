// What a client asks for by the JSON protocol (docs/protocols/json.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "voiceagent/audio.h"
#include "voiceagent/events.h"
#include "voiceagent/status.h"

namespace voiceagent::protocols::json {

// A request to be answered by the agent.
struct Ask {
  std::string session_id;    // empty: the connection's own
  std::string text;          // a line of text, or
  std::optional<Pcm> audio;  // a whole utterance
  bool stream = false;       // pieces of the reply are wanted too
};
struct Ping {};
struct ContextRequest {
  std::string session_id;
};
struct ModeRequest {
  Mode mode = Mode::kVoiceToVoice;
};
struct Interrupt {
  std::string session_id;
};

using ClientMessage = std::variant<Ask, Ping, ContextRequest, ModeRequest, Interrupt>;

// kInvalidArgument says which field is wrong and what is allowed, kUnsupported that the audio is a
// file of a format that isn't taken. Audio is decoded.
Result<ClientMessage> parse_client_message(std::string_view text);

}  // namespace voiceagent::protocols::json
