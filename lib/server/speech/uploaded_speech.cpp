#include "server/speech/uploaded_speech.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/json_schema.h"
#include "base/text.h"
#include "protocols/utterance.h"
#include "server/http/json_body.h"
#include "server/http/multipart.h"
#include "voiceagent/json.h"

namespace voiceagent::server {
namespace {

constexpr std::size_t kMaxSessionId = 128;

constexpr std::string_view kSchema = R"({
  "type": "object",
  "properties": {
    "audio_data": {"type": "string", "minLength": 1},
    "session_id": {"type": "string", "minLength": 1, "maxLength": 128},
    "format": {"type": "string", "enum": ["s16le", "mulaw"]},
    "sample_rate": {"type": "integer", "minimum": 4000, "maximum": 192000},
    "reply": {"type": "string", "enum": ["url", "audio", "both", "text"]}
  },
  "required": ["audio_data"]
})";

// What stands beside the audio, wherever it stands; empty: not said.
using Lookup = std::function<std::string(std::string_view name)>;

Result<UploadedSpeech> make_speech(std::span<const std::byte> bytes, const Lookup& setting) {
  UploadedSpeech speech;
  speech.session_id = setting("session_id");
  if (speech.session_id.size() > kMaxSessionId) {
    return invalid_argument("session_id is longer than " + std::to_string(kMaxSessionId) +
                            " bytes");
  }
  const std::string reply = setting("reply");
  if (!reply.empty() && reply != "url" && reply != "audio" && reply != "both" && reply != "text") {
    return invalid_argument("reply is '" + reply + "': it may be url, audio, both or text");
  }
  speech.wants_audio = reply == "audio" || reply == "both";
  speech.wants_url = reply.empty() || reply == "url" || reply == "both";
  const std::string encoding = setting("format");
  const std::string rate = setting("sample_rate");
  protocols::RawAudioFormat format;
  format.encoding = encoding;
  if (!rate.empty()) {
    const auto [end, error] =
        std::from_chars(rate.data(), rate.data() + rate.size(), format.sample_rate);
    if (error != std::errc() || end != rate.data() + rate.size()) {
      return invalid_argument("sample_rate is '" + rate + "': it must be a whole number");
    }
  }
  Result<Pcm> audio = protocols::decode_utterance(bytes, format);
  if (!audio.ok()) return audio.status();
  speech.audio = std::move(*audio);
  return speech;
}

Result<UploadedSpeech> read_raw(const net::HttpRequest& request, std::string_view body) {
  return make_speech(std::as_bytes(std::span(body)), [&request](std::string_view name) {
    return net::query_value(request.query, name);
  });
}

Result<UploadedSpeech> read_form(std::string_view body, std::string_view boundary) {
  const Result<std::vector<FormPart>> form = parse_form(body, boundary);
  if (!form.ok()) return form.status();
  const auto part = [&form](std::string_view name) -> const FormPart* {
    for (const FormPart& one : *form) {
      if (one.name == name) return &one;
    }
    return nullptr;
  };
  const FormPart* audio = part("audio");
  if (audio == nullptr) audio = part("file");
  if (audio == nullptr) return invalid_argument("the form has no part named `audio`");
  return make_speech(std::as_bytes(std::span(audio->body)), [&part](std::string_view name) {
    const FormPart* field = part(name);
    return field != nullptr ? std::string(trim(field->body)) : std::string();
  });
}

Result<UploadedSpeech> read_json_upload(std::string_view body) {
  static const std::shared_ptr<const JsonSchema> schema = body_schema(kSchema);
  const Result<Json> json = Json::parse(body);
  if (!json.ok()) return json.status().within("the body is no JSON");
  if (Status status = schema->check(*json); !status.ok()) return status.within("the body");
  std::vector<std::byte> bytes;
  if (Status status = base64_decode((*json)["audio_data"].string(), bytes); !status.ok()) {
    return status.within("audio_data");
  }
  return make_speech(bytes, [&json](std::string_view name) {
    const Json value = (*json)[name];
    return value.type() == JsonType::kNumber ? std::to_string(value.integer())
                                             : std::string(value.string());
  });
}

// Whether its type names a format whose files may begin like raw samples.
bool is_compressed(const net::HttpRequest& request) {
  constexpr std::array kTypes{"audio/mpeg", "audio/mp3", "audio/aac"};
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [&request](const char* type) { return has_content_type(request, type); });
}

}  // namespace

Result<UploadedSpeech> read_upload(const net::HttpRequest& request, std::string_view body) {
  const std::string_view type = request.header("content-type");
  if (has_content_type(request, "application/json")) return read_json_upload(body);
  if ((to_lower(type).starts_with("audio/") && !is_compressed(request)) ||
      has_content_type(request, "application/octet-stream")) {
    return read_raw(request, body);
  }
  if (has_content_type(request, "multipart/form-data")) {
    const std::string boundary = form_boundary(type);
    if (boundary.empty()) return invalid_argument("the content type names no boundary of the form");
    return read_form(body, boundary);
  }
  return unsupported("a body of the type '" + std::string(type) +
                     "': send audio/wav, multipart/form-data or application/json");
}

}  // namespace voiceagent::server
