// POST /voice/process-speech: a recording of what somebody said, and the agent's spoken answer.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "server/http/json_body.h"
#include "server/routes/dialogue_json.h"
#include "server/routes/routes.h"
#include "server/speech/speech_encoder.h"
#include "server/speech/uploaded_speech.h"
#include "server/speech/whole_speech.h"

namespace voiceagent::server {
namespace {

using transports::DialogueAnswer;
using transports::DialogueRequest;
using SharedCall = std::shared_ptr<Call>;

constexpr std::size_t kLongBody = std::size_t{256} * 1024;  // takes about a millisecond

// One upload on its way to its answer. On the call's loop.
class UtteranceAnswer : public std::enable_shared_from_this<UtteranceAnswer> {
 public:
  UtteranceAnswer(Services& services, SharedCall call, UploadedSpeech speech)
      : services_(services), call_(std::move(call)), speech_(std::move(speech)) {}

  void start() {
    DialogueRequest request;
    request.principal = call_->principal();
    request.session_id = speech_.session_id;
    request.utterance = std::make_unique<Pcm>(std::move(speech_.audio));
    request.executor = call_->loop();
    request.on_answer = [self = shared_from_this()](DialogueAnswer answer) {
      self->take(std::move(answer));
    };
    const auto asked = services_.host->dialogues().ask(std::move(request));
    if (!asked.ok()) return call_->fail(asked.status());
    call_->on_gone([asked = *asked] { asked.cancel(); });
  }

 private:
  void take(DialogueAnswer answer) {
    answer_ = std::move(answer);
    call_->set_session(answer_.session_id);
    if (!answer_.status.ok()) return refuse();
    const std::shared_ptr<Agent> agent = services_.host->base_agent();
    if (answer_.reply.empty() || agent->providers().tts == nullptr || !speech_.wants_speech()) {
      return send();
    }
    transports::SynthesisRequest request;
    request.tts = agent->providers().tts;
    request.executor = call_->loop();
    request.workers = services_.host->workers();
    request.logger = services_.host->logger();
    request.text = answer_.reply;
    request.voice = agent->options().voice;
    request.language = agent->options().language;
    request.deadline = services_.options.http.answer_timeout;
    const auto self = shared_from_this();
    call_->on_gone(speak_whole(std::move(request),
                               [self](const Result<Pcm>& speech) { self->finish(speech); }));
  }

  // There is no answer. No words in what was heard: the client's business to say it again.
  void refuse() {
    Problem failure = problem_of(answer_);
    if (failure.status == 400) failure.status = 422;
    call_->fail(failure);
  }

  // Without the voice the words are still worth having.
  void finish(const Result<Pcm>& speech) {
    if (!speech.ok()) {
      answer_.status = speech.status().within("the reply can't be spoken");
      return send();
    }
    std::string file = wav_file(speech->samples, speech->sample_rate);
    if (speech_.wants_audio) {
      base64_encode(std::as_bytes(std::span(file)), audio_data_);
    }
    if (speech_.wants_url) {
      Result<std::string> url =
          services_.host->keep_clip(call_->principal(), {"audio/wav", std::move(file)});
      if (url.ok()) {
        voice_url_ = std::move(*url);
      } else {
        answer_.status = url.status();
      }
    }
    send();
  }

  void send() {
    JsonWriter json;
    json.begin_object().field("transcribed_text", answer_.transcript);
    write_answer(json, answer_);
    json.key("voice_url");
    if (voice_url_.empty()) {
      json.null();
    } else {
      json.value(voice_url_);
    }
    if (!audio_data_.empty()) {
      json.field("audio_data", audio_data_).field("audio_type", "audio/wav");
    }
    if (!answer_.status.ok()) json.field("error", answer_.status.message());
    json.end_object();
    call_->answer_json(json);
  }

  Services& services_;
  const SharedCall call_;
  UploadedSpeech speech_;
  DialogueAnswer answer_;
  std::string voice_url_;
  std::string audio_data_;
};

void answer_upload(Services& services, const SharedCall& call, Result<UploadedSpeech> speech) {
  if (!speech.ok()) {
    Problem failure = problem_of(speech.status());
    if (speech.status().code() == ErrorCode::kUnsupported) failure = problem(415, failure.detail);
    return call->fail(failure);
  }
  std::make_shared<UtteranceAnswer>(services, call, std::move(*speech))->start();
}

// A long body is read off the loop, on which others live.
void answer_utterance(Services& services, const SharedCall& call) {
  if (services.host->base_agent() == nullptr) return call->fail(services.host->readiness());
  std::string body = call->take_body();
  if (body.size() <= kLongBody) {
    return answer_upload(services, call, read_upload(call->request(), body));
  }
  const Status status = services.host->workers()->submit(
      [&services, call, loop = call->loop(), body = std::move(body)]() mutable {
        auto speech = std::make_unique<Result<UploadedSpeech>>(read_upload(call->request(), body));
        // The call goes back with the job: its last owner must be on its loop.
        loop->post([&services, call = std::move(call), speech = std::move(speech)] {
          answer_upload(services, call, std::move(*speech));
        });
      });
  if (!status.ok()) call->fail(status);
}

}  // namespace

void add_utterance_routes(Services& services) {
  services.router.add({"POST", "/voice/process-speech",
                       "A recording in; words, intent and a spoken reply out",
                       [&services](const SharedCall& call) { answer_utterance(services, call); }});
}

}  // namespace voiceagent::server
