#include "providers/tts/flite/flite_tts.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "providers/tts/flite/stream.h"
#include "providers/tts/flite/voice.h"

namespace voiceagent {
namespace {

class FliteTts final : public TtsProvider {
 public:
  FliteTts(flite::Voice voice, double speed) : voice_(voice), speed_(speed) {
    capabilities_.sample_rate = flite::kSampleRate;
    capabilities_.word_timings = true;
    capabilities_.voices = flite::voice_names();
    capabilities_.languages = {"en-US", "en"};
  }

  const TtsCapabilities& capabilities() const override { return capabilities_; }

  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    const std::string language = to_lower(request.language);
    if (!language.empty() && language != "en" && !language.starts_with("en-")) {
      return unsupported("flite speaks English only, not '" + language +
                         "'; choose another synthesiser");
    }
    const Result<flite::Voice> voice =
        request.voice.empty() ? Result<flite::Voice>(voice_) : flite::find_voice(request.voice);
    if (!voice.ok()) return voice.status();
    return flite::make_stream(*voice, speed_, *request.context.workers, sink);
  }

 private:
  const flite::Voice voice_;
  const double speed_;
  TtsCapabilities capabilities_;
};

}  // namespace

ProviderInfo flite_tts_info() {
  ProviderInfo info;
  info.name = "flite";
  info.description = "English speech by flite, offline, with word times.";
  OptionDescriptor voice;
  voice.name = "voice";
  voice.default_value = std::string(flite::kDefaultVoice);
  voice.description =
      "Default voice: rms and awb are men, slt is a woman, kal16 is a robot that "
      "costs a twentieth of the work.";
  voice.choices = flite::voice_names();
  OptionDescriptor speed;
  speed.name = "speed";
  speed.type = OptionType::kNumber;
  speed.default_value = 1.0;
  speed.description = "How fast it speaks; 2 is twice as fast as usual.";
  speed.min = 0.5;
  speed.max = 2.0;
  info.options = {std::move(voice), std::move(speed)};
  return info;
}

Result<std::shared_ptr<TtsProvider>> make_flite_tts(const Options& options,
                                                    const ProviderContext& /*context*/) {
  const Result<flite::Voice> voice = flite::find_voice(options.string("voice"));
  if (!voice.ok()) return voice.status();
  return std::shared_ptr<TtsProvider>(std::make_shared<FliteTts>(*voice, options.number("speed")));
}

}  // namespace voiceagent
