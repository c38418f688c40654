// What the server says on a streaming connection (docs/protocols/stream.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocols/fields.h"
#include "protocols/stream/audio_format.h"
#include "protocols/stream/client_message.h"
#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"

namespace voiceagent::protocols::stream {

struct Started {
  std::string_view session_id;
  bool resumed = false;
  Mode mode = Mode::kVoiceToVoice;
  AudioFormat input;
  AudioFormat output;
  std::string_view transport;  // its name
  std::string_view reason;     // why it was chosen
  std::string_view notice;     // empty: nothing to say
  std::span<const ContextEntry> context;
};

// Writes messages, one at a time, into memory of its own that is used again and again: what it
// returns is valid until the next call.
class ServerMessages {
 public:
  std::string_view started(const Started& started);
  // The message about an event, or empty if it has none or isn't wanted. Audio has none; a flush
  // has one of its own.
  std::string_view event(const AnyEvent& event, const EventSelection& wanted);
  std::string_view flush(std::uint32_t generation, std::uint32_t position, Duration time);
  std::string_view context(const MessageId& id, std::span<const ContextEntry> entries);
  std::string_view pong(const MessageId& id);
  std::string_view warning(std::string_view message);
  // With a time after which to try again, where there is one.
  std::string_view error(const Status& status, std::optional<Duration> retry_after = {});
  std::string_view closed(CloseReason reason);

 private:
  JsonWriter& begin(std::string_view type);
  std::string_view end();
  void write_id(const MessageId& id);
  void write_entries(std::span<const ContextEntry> entries);
  void write_format(std::string_view name, const AudioFormat& format);

  JsonWriter writer_;
};

}  // namespace voiceagent::protocols::stream
