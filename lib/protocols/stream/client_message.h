// What a client says on a streaming connection (docs/protocols/stream.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocols/agent_overrides.h"
#include "protocols/fields.h"
#include "protocols/stream/audio_format.h"
#include "voiceagent/events.h"
#include "voiceagent/status.h"

namespace voiceagent::protocols::stream {

// Which of the optional events a client wants.
struct EventSelection {
  bool partial = true;
  bool metrics = true;
  bool others = false;  // those that have no message of their own
};

struct Start {
  std::string session_id;  // empty: a new session
  std::string token;
  std::optional<AudioFormat> input;
  std::optional<AudioFormat> output;
  std::optional<Mode> mode;
  AgentOverrides agent;
  bool playback_reports = false;
  EventSelection events;
  std::string client;
};

struct TypedLine {
  std::string text;
};
struct Keys {
  std::string digits;
};
struct PlaybackReport {
  std::uint32_t position = 0;  // modulo 2^32
};
struct ModeRequest {
  Mode mode = Mode::kVoiceToVoice;
};
struct Interrupt {};
struct Commit {};
struct Say {
  std::string text;
  bool interruptible = true;
};
struct ContextRequest {
  MessageId id;
};
struct Ping {
  MessageId id;
};
struct End {};

using ClientMessage = std::variant<Start, TypedLine, Keys, PlaybackReport, ModeRequest, Interrupt,
                                   Commit, Say, ContextRequest, Ping, End>;

// kInvalidArgument says which field is wrong and what is allowed.
Result<ClientMessage> parse_client_message(std::string_view text);

}  // namespace voiceagent::protocols::stream
