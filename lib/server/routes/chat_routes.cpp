// POST /chat/message: a line of text, and the agent's answer to it.
#include <string>
#include <utility>

#include "base/ids.h"
#include "server/http/event_stream.h"
#include "server/http/json_body.h"
#include "server/routes/dialogue_json.h"
#include "server/routes/routes.h"

namespace voiceagent::server {
namespace {

using transports::DialogueAnswer;
using transports::DialogueRequest;
using SharedCall = std::shared_ptr<Call>;

constexpr std::size_t kMaxBody = std::size_t{256} * 1024;

constexpr std::string_view kSchema = R"({
  "type": "object",
  "properties": {
    "text": {"type": "string", "minLength": 1},
    "message": {"type": "string", "minLength": 1},
    "session_id": {"type": "string", "minLength": 1, "maxLength": 128},
    "stream": {"type": "boolean"}
  }
})";

std::string answer_text(const DialogueAnswer& answer) {
  JsonWriter json;
  json.begin_object();
  write_answer(json, answer);
  json.end_object();
  return std::string(json.text());
}

// One JSON object, once the reply is complete.
void send_whole(const SharedCall& call, const DialogueAnswer& answer) {
  call->set_session(answer.session_id);
  if (!answer.status.ok()) return call->fail(problem_of(answer));
  net::HttpResponse response{200, {{"content-type", "application/json"}}, answer_text(answer)};
  response.headers.set("x-session-id", answer.session_id);
  call->answer(std::move(response));
}

void send_delta(const SharedCall& call, std::string_view text) {
  JsonWriter json;
  json.begin_object().field("text", text).end_object();
  call->write(event_text("delta", json.text()));
}

void send_end(const SharedCall& call, const DialogueAnswer& answer) {
  call->set_session(answer.session_id);
  if (answer.status.ok()) {
    call->write(event_text("done", answer_text(answer)));
  } else {
    const Problem failure = problem_of(answer);
    call->write(
        event_text("error", to_response(failure, call->request().id, call->request().path).body));
  }
  call->end();
}

void answer_message(Services& services, const JsonSchema& schema, const SharedCall& call) {
  const std::optional<Json> body = read_json(*call, schema);
  if (!body) return;
  if (body->has("text") == body->has("message")) {
    return call->fail(
        invalid_argument("the body must have `text` (or `message`, not both): what "
                         "the user says"));
  }
  if (services.host->base_agent() == nullptr) return call->fail(services.host->readiness());
  const bool stream = (*body)["stream"].boolean(wants_events(call->request()));
  DialogueRequest request;
  request.principal = call->principal();
  // The head of a stream names the session before there is an answer.
  request.session_id = body->has("session_id") ? (*body)["session_id"].string() : random_id();
  net::HttpResponse head = event_stream_head();
  head.headers.set("x-session-id", request.session_id);
  request.text = (*body)[body->has("text") ? "text" : "message"].string();
  request.executor = call->loop();
  if (stream) {
    request.on_delta = [call](std::string_view text) { send_delta(call, text); };
    request.on_answer = [call](const DialogueAnswer& answer) { send_end(call, answer); };
  } else {
    request.on_answer = [call](const DialogueAnswer& answer) { send_whole(call, answer); };
  }
  const auto asked = services.host->dialogues().ask(std::move(request));
  if (!asked.ok()) return call->fail(asked.status());
  call->on_gone([asked = *asked] { asked.cancel(); });
  if (stream) call->begin(std::move(head));
}

}  // namespace

void add_chat_routes(Services& services) {
  Route route{"POST", "/chat/message", "Text in, the agent's reply out: JSON, or events",
              [&services, schema = body_schema(kSchema)](const SharedCall& call) {
                answer_message(services, *schema, call);
              }};
  route.max_body = kMaxBody;
  services.router.add(std::move(route));
}

}  // namespace voiceagent::server
