// What a conversation's answer looks like in JSON; the same in chat and in voice.
#pragma once

#include "transports/dialogue/dialogues.h"
#include "voiceagent/json.h"

namespace voiceagent::server {

// The fields that answers have in common, into an object that is open.
inline void write_answer(JsonWriter& json, const transports::DialogueAnswer& answer) {
  json.field("success", answer.status.ok()).field("session_id", answer.session_id);
  if (answer.intent.name.empty()) {
    json.key("intent").null();
  } else {
    json.field("intent", answer.intent.name);
    json.key("intent_confidence").number(answer.intent.confidence, 3);
    json.key("slots").begin_object();
    for (const auto& [name, value] : answer.intent.slots) json.field(name, value);
    json.end_object();
  }
  json.field("response", answer.reply);
}

}  // namespace voiceagent::server
