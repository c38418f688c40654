#include "protocols/json/server_message.h"

#include <chrono>
#include <cstdio>

namespace voiceagent::protocols::json {
namespace {

constexpr int kDecimals = 3;

void text_or_null(JsonWriter& w, std::string_view name, std::string_view text) {
  w.key(name);
  if (text.empty()) {
    w.null();
  } else {
    w.value(text);
  }
}

}  // namespace

std::string iso_time(std::int64_t wall_time_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(wall_time_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

JsonWriter& ServerMessages::begin(std::string_view type) {
  writer_.clear();
  return writer_.begin_object().field("type", type);
}

void ServerMessages::add(std::optional<Duration> retry_after) {
  if (!retry_after) return;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*retry_after).count();
  writer_.field("retry_after_ms", std::int64_t{ms});
}

std::string_view ServerMessages::end(std::int64_t now) {
  writer_.field("timestamp", std::string_view(iso_time(now)));
  return writer_.end_object().text();
}

std::string_view ServerMessages::connection(std::string_view session_id, std::string_view transport,
                                            std::string_view reason, std::string_view notice,
                                            std::int64_t now) {
  begin("connection").field("message", "connected").field("session_id", session_id);
  writer_.key("transport").begin_object().field("name", transport).field("reason", reason);
  if (!notice.empty()) writer_.field("notice", notice);
  writer_.end_object();
  return end(now);
}

std::string_view ServerMessages::audio_ack(std::string_view session_id, std::int64_t now) {
  begin("audio_ack").field("message", "the audio is being processed");
  writer_.field("session_id", session_id);
  return end(now);
}

std::string_view ServerMessages::response(const Response& response, std::int64_t now) {
  begin(response.audio ? "audio_response" : "text_response");
  writer_.field("success", response.status.ok()).field("session_id", response.session_id);
  if (response.audio) writer_.field("transcribed_text", response.transcript);
  text_or_null(writer_, "intent", response.intent);
  if (!response.intent.empty()) {
    writer_.key("intent_confidence").number(response.confidence, kDecimals);
    writer_.key("slots").begin_object();
    for (const auto& [name, value] : response.slots) {
      writer_.field(name, std::string_view(value));
    }
    writer_.end_object();
  }
  writer_.field("response", response.reply);
  if (response.audio || !response.voice_url.empty()) {
    text_or_null(writer_, "voice_url", response.voice_url);
  }
  if (!response.status.ok()) {
    writer_.field("error", std::string_view(response.status.message()));
  }
  add(response.retry_after);
  return end(now);
}

std::string_view ServerMessages::delta(std::string_view session_id, std::string_view text,
                                       std::int64_t now) {
  begin("reply_delta").field("session_id", session_id).field("text", text);
  return end(now);
}

std::string_view ServerMessages::pong(std::int64_t now) {
  begin("pong");
  return end(now);
}

std::string_view ServerMessages::error(const Status& status, std::int64_t now,
                                       std::optional<Duration> retry_after) {
  begin("error").field("message", std::string_view(status.message()));
  writer_.field("error", to_string(status.code()));
  add(retry_after);
  return end(now);
}

std::string_view ServerMessages::context(std::string_view session_id,
                                         std::span<const ContextEntry> entries, std::int64_t now) {
  begin("context").field("session_id", session_id).key("entries").begin_array();
  for (const ContextEntry& entry : entries) {
    writer_.begin_object().field("role", to_string(entry.role));
    writer_.field("text", std::string_view(entry.text)).field("interrupted", entry.interrupted);
    writer_.end_object();
  }
  writer_.end_array();
  return end(now);
}

std::string_view ServerMessages::mode(Mode mode, std::int64_t now) {
  begin("mode").field("mode", to_string(mode));
  return end(now);
}

std::string_view ServerMessages::interrupted(std::string_view session_id, std::int64_t now) {
  begin("interrupted").field("session_id", session_id);
  return end(now);
}

}  // namespace voiceagent::protocols::json
