#include "protocols/json/client_message.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/text.h"
#include "protocols/fields.h"
#include "protocols/utterance.h"

namespace voiceagent::protocols::json {
namespace {

constexpr std::size_t kMaxName = 200;  // bytes of an id

std::string id(Fields& message, std::string_view field) {
  std::string value = message.text(field).value_or(std::string());
  if (value.size() > kMaxName) message.fail(field, "a string of at most 200 bytes");
  return value;
}

// What text and audio requests have in common. The user is whoever the connection belongs to:
// `user_id` is for the client's own records.
Ask ask(Fields& message) {
  Ask ask;
  ask.session_id = id(message, "session_id");
  (void)id(message, "user_id");
  ask.stream = message.flag("stream", false);
  return ask;
}

ClientMessage text(Fields& message) {
  Ask made = ask(message);
  (void)message.object("context");
  made.text = message.required_text("text");
  if (trim(made.text).empty()) message.fail(invalid_argument("`text` is empty"));
  return made;
}

// What `context` says of raw audio.
RawAudioFormat raw_format(Fields& context, std::string& encoding) {
  const std::optional<std::string> said = context.text("format");
  if (said && said != "s16le" && said != "mulaw") context.fail("format", "s16le or mulaw");
  encoding = said.value_or(std::string());
  const int usual = encoding == "mulaw" ? 8'000 : 16'000;
  const auto rate = context.integer("sample_rate", kMinSampleRate, kMaxSampleRate);
  return {encoding, static_cast<int>(rate.value_or(usual))};
}

ClientMessage audio(Fields& message) {
  Ask made = ask(message);
  Fields context(message.object("context"), "context.");
  std::string encoding;
  const RawAudioFormat format = raw_format(context, encoding);
  message.fail(context.status());
  const std::string data = message.required_text("audio_data");
  if (!message.status().ok()) return made;
  std::vector<std::byte> bytes;
  if (Status status = base64_decode(data, bytes); !status.ok()) {
    message.fail(status.within("audio_data"));
    return made;
  }
  Result<Pcm> decoded = decode_utterance(bytes, format);
  if (decoded.ok()) {
    made.audio = std::move(*decoded);
  } else {
    message.fail(decoded.status().within("audio_data"));
  }
  return made;
}

ClientMessage set_mode(Fields& message) {
  const std::optional<Mode> mode = message.mode("mode");
  if (!mode) message.fail(invalid_argument("`mode` is missing"));
  return ModeRequest{mode.value_or(Mode::kVoiceToVoice)};
}

struct Type {
  std::string_view name;
  ClientMessage (*read)(Fields& message);
};

constexpr Type kTypes[] = {
    {"audio", audio},
    {"text", text},
    {"ping", [](Fields&) -> ClientMessage { return Ping{}; }},
    {"context", [](Fields& m) -> ClientMessage { return ContextRequest{id(m, "session_id")}; }},
    {"set_mode", set_mode},
    {"interrupt", [](Fields& m) -> ClientMessage { return Interrupt{id(m, "session_id")}; }},
};

}  // namespace

Result<ClientMessage> parse_client_message(std::string_view text) {
  return parse_typed<ClientMessage>(text, kTypes);
}

}  // namespace voiceagent::protocols::json
