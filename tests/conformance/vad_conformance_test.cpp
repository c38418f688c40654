// What VadProvider and VadStream promise, checked on every implementation.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "providers/vad/energy/energy_vad.h"
#include "support/catch.h"
#include "support/heap.h"
#include "support/signals.h"
#include "voiceagent/sim.h"
#include "voiceagent/vad.h"
#if VOICEAGENT_WITH_WEBRTC_AUDIO
#include "providers/vad/webrtc/webrtc_vad.h"
#endif
#if VOICEAGENT_WITH_FLITE
#include "providers/tts/flite/synthesis.h"
#endif

using namespace voiceagent;
using test::Samples;

namespace {

struct Implementation {
  std::string name;
  std::function<std::shared_ptr<VadProvider>()> make;
};

std::vector<Implementation> implementations() {
  std::vector<Implementation> all;
  all.push_back({"energy", [] {
                   const auto options = check_options(energy_vad_info().options, {});
                   return make_energy_vad(options.value(), {}).value();
                 }});
#if VOICEAGENT_WITH_WEBRTC_AUDIO
  all.push_back({"webrtc", [] {
                   const auto options = check_options(webrtc_vad_info().options, {});
                   return make_webrtc_vad(options.value(), {}).value();
                 }});
#endif
  all.push_back({"scripted, from a function", [] { return sim::level_vad(); }});
  return all;
}

// A detector with its provider.
class Detector {
 public:
  explicit Detector(const Implementation& implementation)
      : provider_(implementation.make()), stream_(provider_->start({}).value()) {}

  int rate() const { return provider_->format().sample_rate; }
  Samples seconds_of(const std::function<Samples(std::size_t)>& make, double seconds) const {
    return make(static_cast<std::size_t>(seconds * rate()));
  }

  // The likelihood of each whole frame.
  std::vector<float> hear(std::span<const std::int16_t> samples) {
    const std::size_t frame = provider_->format().frame_samples;
    std::vector<float> likelihoods;
    for (; samples.size() >= frame; samples = samples.subspan(frame)) {
      likelihoods.push_back(stream_->process(samples.first(frame)));
    }
    return likelihoods;
  }
  void reset() { stream_->reset(); }

 private:
  std::shared_ptr<VadProvider> provider_;
  std::unique_ptr<VadStream> stream_;
};

template <class Check>
void for_all(Check check) {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) { check(implementation); }
  }
}

double share_of_speech(const std::vector<float>& likelihoods) {
  const auto speech = std::count_if(likelihoods.begin(), likelihoods.end(),
                                    [](float likelihood) { return likelihood >= 0.5F; });
  return static_cast<double>(speech) / static_cast<double>(likelihoods.size());
}

Samples silence(std::size_t count) { return Samples(count); }
Samples hiss(std::size_t count) { return test::noise(count, 20); }
Samples clipped(std::size_t count) {
  Samples samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = (i / 40) % 2 == 0 ? std::numeric_limits<std::int16_t>::max()
                                   : std::numeric_limits<std::int16_t>::min();
  }
  return samples;
}

#if VOICEAGENT_WITH_FLITE
// A spoken sentence at 16 kHz, from its first word to its last.
Samples sentence() {
  class Gather final : public flite::Listener {
   public:
    void words(std::vector<SpokenSpan> words) override { end = words.back().end_sample; }
    bool audio(std::span<const std::int16_t> piece) override {
      samples.insert(samples.end(), piece.begin(), piece.end());
      return true;
    }
    Samples samples;
    std::int64_t end = 0;
  } gather;
  const auto utterances =
      flite::split_text("The weather will be fine tomorrow in the whole country.");
  synthesize(utterances.front(), flite::find_voice("rms").value(), 1.0, gather);
  gather.samples.resize(static_cast<std::size_t>(gather.end));
  return gather.samples;
}
#endif

}  // namespace

TEST_CASE("vad: the frame format is sensible and constant") {
  for_all([](const Implementation& implementation) {
    const auto provider = implementation.make();
    const VadFormat format = provider->format();
    CHECK(format.sample_rate >= 8'000);
    CHECK(format.sample_rate <= 48'000);
    // A frame lasts 5 to 100 ms: enough to judge, and soon enough for a barge-in.
    CHECK(format.frame_samples * 200 >= static_cast<std::size_t>(format.sample_rate));
    CHECK(format.frame_samples * 10 <= static_cast<std::size_t>(format.sample_rate));
    const auto stream = provider->start({});
    REQUIRE(stream.ok());
    CHECK(provider->format().sample_rate == format.sample_rate);
    CHECK(provider->format().frame_samples == format.frame_samples);
  });
}

TEST_CASE("vad: silence is not speech, nor is a faint hiss") {
  for_all([](const Implementation& implementation) {
    Detector detector(implementation);
    CHECK(share_of_speech(detector.hear(detector.seconds_of(silence, 2))) == 0.0);
    Detector other(implementation);
    other.hear(other.seconds_of(hiss, 1));
    CHECK(share_of_speech(other.hear(other.seconds_of(hiss, 2))) < 0.1);
  });
}

TEST_CASE("vad: whatever it hears, a likelihood is between 0 and 1") {
  for_all([](const Implementation& implementation) {
    Detector detector(implementation);
    const auto loud_noise = [](std::size_t count) { return test::noise(count, 32'767); };
    const auto loud_tone = [&](std::size_t count) {
      return test::sine(440, detector.rate(), count, 32'000);
    };
    const auto constant = [](std::size_t count) { return Samples(count, -32'768); };
    for (const auto& make : std::vector<std::function<Samples(std::size_t)>>{
             clipped, silence, loud_noise, constant, loud_tone, hiss}) {
      for (const float likelihood : detector.hear(detector.seconds_of(make, 1))) {
        CHECK((likelihood >= 0.0F && likelihood <= 1.0F));  // NaN is neither
      }
    }
  });
}

TEST_CASE("vad: after a reset it is as good as new") {
  for_all([](const Implementation& implementation) {
    Detector fresh(implementation);
    const Samples voice = test::voice_like(fresh.rate(), static_cast<std::size_t>(fresh.rate()));
    const std::vector<float> expected = fresh.hear(voice);
    Detector used(implementation);
    used.hear(used.seconds_of(clipped, 1));
    used.hear(used.seconds_of(hiss, 1));
    used.reset();
    CHECK(used.hear(voice) == expected);
    used.reset();
    CHECK(used.hear(voice) == expected);
  });
}

TEST_CASE("vad: the detectors of two sessions know nothing of each other") {
  for_all([](const Implementation& implementation) {
    Detector alone(implementation);
    const Samples voice = test::voice_like(alone.rate(), static_cast<std::size_t>(alone.rate()));
    const std::vector<float> expected = alone.hear(voice);
    const auto provider = implementation.make();
    const auto one = provider->start({});
    const auto two = provider->start({});
    const std::size_t frame = provider->format().frame_samples;
    std::vector<float> heard;
    const Samples noise = clipped(frame);
    for (std::span<const std::int16_t> rest = voice; rest.size() >= frame;
         rest = rest.subspan(frame)) {
      heard.push_back((*one)->process(rest.first(frame)));
      (*two)->process(noise);
    }
    CHECK(heard == expected);
  });
}

TEST_CASE("vad: a session's detector is small, whatever it has heard") {
  if (!test::kHeapIsMeasured) return;
  for_all([](const Implementation& implementation) {
    constexpr std::size_t kMany = 64;
    Detector first(implementation);  // what is made once and for all
    const Samples voice = test::voice_like(first.rate(), static_cast<std::size_t>(first.rate()));
    first.hear(voice);
    std::vector<std::unique_ptr<Detector>> detectors(kMany);
    const std::size_t before = test::heap_bytes();
    for (auto& detector : detectors) {
      detector = std::make_unique<Detector>(implementation);
      detector->hear(voice);
    }
    const std::size_t bytes = (test::heap_bytes() - before) / kMany;
    INFO(bytes << " bytes");
    CHECK(bytes < 2 * 1024);
  });
}

#if VOICEAGENT_WITH_FLITE
TEST_CASE("vad: most of a spoken sentence is speech, and what follows is not") {
  for_all([](const Implementation& implementation) {
    Detector detector(implementation);
    if (detector.rate() != flite::kSampleRate) return;
    detector.hear(detector.seconds_of(hiss, 1));
    CHECK(share_of_speech(detector.hear(sentence())) > 0.7);
    detector.hear(detector.seconds_of(hiss, 0.5));
    CHECK(share_of_speech(detector.hear(detector.seconds_of(hiss, 1))) < 0.1);
  });
}
#endif
