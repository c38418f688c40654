// What a conversation's answer looks like over HTTP; the same in chat and in voice.
#pragma once

#include "server/http/problem.h"
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

// Why there is no answer. REQUIRES: its status isn't ok.
inline Problem problem_of(const transports::DialogueAnswer& answer) {
  Problem problem =
      answer.provider_failed ? problem_of_provider(answer.status) : problem_of(answer.status);
  problem.session = answer.session_id;
  if (!problem.session.empty()) problem.headers.set("x-session-id", problem.session);
  return problem;
}

}  // namespace voiceagent::server
