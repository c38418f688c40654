// What somebody said, as an upload carries it: raw, in a form, or in JSON.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"
#include "voiceagent/audio.h"
#include "voiceagent/status.h"

namespace voiceagent::server {

struct UploadedSpeech {
  Pcm audio;                 // mono
  std::string session_id;    // empty: a new one
  bool wants_url = true;     // the reply's speech by URL
  bool wants_audio = false;  // the reply's speech in the answer

  bool wants_speech() const { return wants_url || wants_audio; }
};

// Reads the body by its content type: audio/* and application/octet-stream (settings in the query),
// multipart/form-data (settings in fields), application/json (audio_data in base64). Audio is a WAV
// file, or raw samples as `format` (s16le, mulaw) and `sample_rate` say. kUnsupported for another
// type and files of other formats, kInvalidArgument for anything else that is wrong.
Result<UploadedSpeech> read_upload(const net::HttpRequest& request, std::string_view body);

}  // namespace voiceagent::server
