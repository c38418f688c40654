#include "protocols/stream/client_message.h"

#include <limits>
#include <utility>

#include "base/text.h"

namespace voiceagent::protocols::stream {
namespace {

constexpr std::size_t kMaxName = 200;  // bytes of an id or of a client's name

std::optional<AudioFormat> audio_format(Fields& message, std::string_view name) {
  const Json object = message.object(name);
  if (object.is_null()) return std::nullopt;
  const std::string where = std::string(name) + '.';
  Fields fields(object, where);
  const std::optional<std::string> encoding = fields.text("encoding");
  const std::optional<std::int64_t> rate =
      fields.integer("sample_rate", 1, std::numeric_limits<std::int32_t>::max());
  if (!fields.status().ok()) {
    message.fail(fields.status());
    return std::nullopt;
  }
  const Result<Encoding> known = encoding ? parse_encoding(*encoding) : Encoding::kS16le;
  if (!known.ok()) {
    message.fail(known.status().within(name));
    return std::nullopt;
  }
  const Result<AudioFormat> format = make_audio_format(*known, rate.value_or(default_rate(*known)));
  if (format.ok()) return *format;
  message.fail(format.status().within(name));
  return std::nullopt;
}

AgentOverrides overrides(Fields& message) {
  const Json object = message.object("agent");
  AgentOverrides agent;
  if (object.is_null()) return agent;
  Fields fields(object, "agent.");
  agent.greeting = fields.text("greeting");
  agent.instructions = fields.text("instructions");
  agent.language = fields.text("language");
  agent.voice = fields.text("voice");
  message.fail(fields.status());
  return agent;
}

EventSelection selection(Fields& message) {
  const Json array = message.array("events");
  if (array.is_null()) return {};
  EventSelection events{false, false, false};
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string_view name = array.at(i).string();
    const bool all = name == "all";
    if (all || name == "partial") events.partial = true;
    if (all || name == "metrics") events.metrics = true;
    if (all) events.others = true;
    if (!all && name != "partial" && name != "metrics") {
      message.fail("events", "a list of \"partial\", \"metrics\" and \"all\"");
    }
  }
  return events;
}

std::string name(Fields& message, std::string_view field) {
  std::string value = message.text(field).value_or(std::string());
  if (value.size() > kMaxName) message.fail(field, "a string of at most 200 bytes");
  return value;
}

ClientMessage start(Fields& message) {
  Start start;
  start.session_id = name(message, "session_id");
  start.token = message.text("token").value_or(std::string());
  start.input = audio_format(message, "input");
  start.output = audio_format(message, "output");
  start.mode = message.mode("mode");
  start.agent = overrides(message);
  start.playback_reports = message.flag("playback_reports", false);
  start.events = selection(message);
  start.client = escape_control(name(message, "client"));
  return start;
}

ClientMessage playback(Fields& message) {
  const auto position = message.integer("position", 0, std::numeric_limits<std::uint32_t>::max());
  if (!position) message.fail(invalid_argument("`position` is missing"));
  return PlaybackReport{static_cast<std::uint32_t>(position.value_or(0))};
}

ClientMessage mode_request(Fields& message) {
  const std::optional<Mode> mode = message.mode("mode");
  if (!mode) message.fail(invalid_argument("`mode` is missing"));
  return ModeRequest{mode.value_or(Mode::kVoiceToVoice)};
}

struct Type {
  std::string_view name;
  ClientMessage (*read)(Fields& message);
};

constexpr Type kTypes[] = {
    {"playback", playback},
    {"start", start},
    {"text", [](Fields& m) -> ClientMessage { return TypedLine{m.required_text("text")}; }},
    {"dtmf", [](Fields& m) -> ClientMessage { return Keys{m.required_text("digits")}; }},
    {"mode", mode_request},
    {"interrupt", [](Fields&) -> ClientMessage { return Interrupt{}; }},
    {"commit", [](Fields&) -> ClientMessage { return Commit{}; }},
    {"say",
     [](Fields& m) -> ClientMessage {
       return Say{m.required_text("text"), m.flag("interruptible", true)};
     }},
    {"context", [](Fields& m) -> ClientMessage { return ContextRequest{m.id("id")}; }},
    {"ping", [](Fields& m) -> ClientMessage { return Ping{m.id("id")}; }},
    {"end", [](Fields&) -> ClientMessage { return End{}; }},
};

}  // namespace

Result<ClientMessage> parse_client_message(std::string_view text) {
  return parse_typed<ClientMessage>(text, kTypes);
}

}  // namespace voiceagent::protocols::stream
