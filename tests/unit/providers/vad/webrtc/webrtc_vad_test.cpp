#include "providers/vad/webrtc/webrtc_vad.h"

#include <string>

#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;

namespace {

Result<std::shared_ptr<VadProvider>> make(const Options& given = {}) {
  const Result<Options> options = check_options(webrtc_vad_info().options, given);
  if (!options.ok()) return options.status();
  return make_webrtc_vad(*options, {});
}

int frames_of_speech(const std::string& likelihood, const test::Samples& samples) {
  const auto provider = make(Options().set("likelihood", likelihood));
  const auto stream = (*provider)->start({});
  int speech = 0;
  for (std::size_t at = 0; at + 160 <= samples.size(); at += 160) {
    speech += (*stream)->process(std::span(samples).subspan(at, 160)) > 0.5F ? 1 : 0;
  }
  return speech;
}

}  // namespace

TEST_CASE("webrtc vad: the higher the likelihood, the more is taken for speech") {
  test::Samples samples = test::noise(16'000, 20);
  const test::Samples noise = test::noise(32'000, 2'000, 7);
  samples.insert(samples.end(), noise.begin(), noise.end());
  const int very_low = frames_of_speech("very_low", samples);
  const int low = frames_of_speech("low", samples);
  const int moderate = frames_of_speech("moderate", samples);
  const int high = frames_of_speech("high", samples);
  CAPTURE(very_low, low, moderate, high);
  CHECK(very_low <= low);
  CHECK(low <= moderate);
  CHECK(moderate <= high);
  CHECK(very_low < high);
}

TEST_CASE("webrtc vad: an unknown likelihood is refused with those that exist") {
  const Status status = make(Options().set("likelihood", std::string("lo"))).status();
  CHECK(status.code() == ErrorCode::kInvalidArgument);
  CHECK(status.message().find("very_low") != std::string::npos);
  CHECK(make_webrtc_vad({}, {}).status().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("webrtc vad: a frame of another length is no speech and disturbs nothing") {
  const auto provider = make();
  const auto stream = (*provider)->start({});
  const auto control = (*provider)->start({});
  const test::Samples voice = test::voice_like(16'000, 16'000);
  for (std::size_t at = 0; at + 160 <= voice.size(); at += 160) {
    const auto frame = std::span(voice).subspan(at, 160);
    CHECK((*stream)->process(frame.first(80)) == 0.0F);
    CHECK((*stream)->process({}) == 0.0F);
    CHECK((*stream)->process(frame) == (*control)->process(frame));
  }
}
