// POST /voice/tts: text in, speech out while it is made.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/http/json_body.h"
#include "server/routes/routes.h"
#include "server/speech/speech_encoder.h"
#include "transports/dialogue/synthesis.h"
#include "voiceagent/resample.h"

namespace voiceagent::server {
namespace {

using SharedCall = std::shared_ptr<Call>;

constexpr std::size_t kMaxBody = std::size_t{256} * 1024;
constexpr std::size_t kMaxQueuedBytes = std::size_t{256} * 1024;  // then the synthesiser waits

constexpr std::string_view kSchema = R"({
  "type": "object",
  "properties": {
    "text": {"type": "string", "minLength": 1},
    "voice": {"type": "string", "maxLength": 256},
    "language": {"type": "string", "maxLength": 64},
    "format": {"type": "string", "enum": ["wav", "pcm", "opus"]},
    "sample_rate": {"type": "integer", "minimum": 8000, "maximum": 48000}
  },
  "required": ["text"]
})";

// Speech on its way to a client. On the call's loop; alive as long as the synthesis calls it.
class SpeechAnswer : public std::enable_shared_from_this<SpeechAnswer> {
 public:
  SpeechAnswer(SharedCall call, SpeechFormat format, int sample_rate, bool voice_named)
      : call_(std::move(call)), format_(format), rate_(sample_rate), voice_named_(voice_named) {}

  // `sample_rate` 0 in the constructor: as the synthesiser gives it.
  void start(transports::SynthesisRequest request) {
    const auto self = shared_from_this();
    request.on_audio = [self](AudioView audio) { return self->take(audio); };
    request.on_done = [self](const Status& status) { self->finish(status); };
    auto synthesis = transports::start_synthesis(std::move(request));
    if (!synthesis.ok()) return call_->fail(problem_with(synthesis.status()));
    synthesis_ = std::move(*synthesis);
    call_->on_gone([self] { self->drop(); });
    call_->on_drained([self] {
      if (self->synthesis_ != nullptr) self->synthesis_->resume();
    });
  }

 private:
  bool take(AudioView audio) {
    if (failed_) return true;  // what still comes is not wanted
    if (call_->queued_bytes() > kMaxQueuedBytes) return false;
    if (Status status = send(audio); !status.ok()) fail(status);
    return true;
  }

  Status send(AudioView audio) {
    if (encoder_ == nullptr) {
      if (Status status = begin(audio.sample_rate); !status.ok()) return status;
    }
    const auto samples = converter_ ? converter_->convert(audio.samples) : audio.samples;
    const Result<std::string> bytes = encoder_->append(samples);
    if (!bytes.ok()) return bytes.status();
    if (!bytes->empty()) call_->write(*bytes);
    return {};
  }

  // The first audio is there: from now on it can't be a problem any more.
  Status begin(int from) {
    const int to = rate_ != 0 ? rate_ : from;
    if (from != to) {
      auto converter = SampleRateConverter::create(from, to);
      if (!converter.ok()) return converter.status();
      converter_ = std::move(*converter);
    }
    auto encoder = SpeechEncoder::create(format_, to);
    if (!encoder.ok()) return encoder.status();
    encoder_ = std::move(*encoder);
    call_->begin({200, {{"content-type", encoder_->content_type()}}, {}});
    return {};
  }

  void finish(const Status& status) {
    if (!failed_ && !status.ok()) fail(status);
    if (!failed_) end();
    // The synthesis is calling us, and holds us: it goes once it has returned.
    call_->loop()->post([self = shared_from_this()] { self->drop(); });
  }

  void end() {
    if (encoder_ == nullptr) {
      return call_->fail(invalid_argument("the voice found nothing to say in `text`"));
    }
    if (converter_) {
      const Result<std::string> bytes = encoder_->append(converter_->finish());
      if (bytes.ok()) call_->write(*bytes);
    }
    const Result<std::string> rest = encoder_->finish();
    if (rest.ok() && !rest->empty()) call_->write(*rest);
    call_->end();
  }

  // Before the first audio an error is a problem; after it the answer breaks off.
  void fail(const Status& status) {
    failed_ = true;
    if (!call_->answered()) call_->fail(problem_with(status));
  }

  // The voice may be missing because the client named it; for all else the client can't help.
  Problem problem_with(const Status& status) const {
    const bool unknown_voice = voice_named_ && status.code() == ErrorCode::kNotFound;
    return unknown_voice ? problem_of(status) : problem_of_provider(status);
  }

  void drop() {
    synthesis_.reset();
    call_.reset();
  }

  SharedCall call_;
  const SpeechFormat format_;
  const int rate_;
  const bool voice_named_;  // by the client
  std::optional<SampleRateConverter> converter_;
  std::unique_ptr<SpeechEncoder> encoder_;
  std::unique_ptr<transports::Synthesis> synthesis_;
  bool failed_ = false;
};

void answer_speech(Services& services, const JsonSchema& schema, const SharedCall& call) {
  const std::optional<Json> body = read_json(*call, schema);
  if (!body) return;
  const std::shared_ptr<Agent> agent = services.host->base_agent();
  if (agent == nullptr) return call->fail(services.host->readiness());
  if (agent->providers().tts == nullptr) {
    return call->fail(unsupported("this agent has no voice: its configuration names no tts"));
  }
  if (Status status = agent->check_text((*body)["text"].string()); !status.ok()) {
    return call->fail(status.within("text"));
  }
  const std::string_view voice = (*body)["voice"].string();
  const std::string_view language = (*body)["language"].string();
  transports::SynthesisRequest request;
  request.tts = agent->providers().tts;
  request.executor = call->loop();
  request.workers = services.host->workers();
  request.logger = services.host->logger();
  request.text = (*body)["text"].string();
  request.voice = voice.empty() ? agent->options().voice : std::string(voice);
  request.language = language.empty() ? agent->options().language : std::string(language);
  request.deadline = services.options.http.answer_timeout;
  const SpeechFormat format =
      speech_format((*body)["format"].string("wav")).value_or(SpeechFormat::kWav);
  const auto rate = static_cast<int>((*body)["sample_rate"].integer());
  std::make_shared<SpeechAnswer>(call, format, rate, !voice.empty())->start(std::move(request));
}

}  // namespace

void add_speech_routes(Services& services) {
  Route route{"POST", "/voice/tts", "Text in, speech out: WAV, raw PCM or Ogg Opus",
              [&services, schema = body_schema(kSchema)](const SharedCall& call) {
                answer_speech(services, *schema, call);
              }};
  route.max_body = kMaxBody;
  services.router.add(std::move(route));
}

}  // namespace voiceagent::server
