#include "server/speech/whole_speech.h"

#include <memory>
#include <utility>

namespace voiceagent::server {
namespace {

struct Gathering {
  Pcm speech;
  UniqueFunction<void(Result<Pcm>)> done;
  std::unique_ptr<transports::Synthesis> synthesis;
};

}  // namespace

void speak_whole(transports::SynthesisRequest request, UniqueFunction<void(Result<Pcm>)> done) {
  const auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  request.on_audio = [gathering](AudioView audio) {
    gathering->speech.sample_rate = audio.sample_rate;
    gathering->speech.samples.insert(gathering->speech.samples.end(), audio.samples.begin(),
                                     audio.samples.end());
    return true;
  };
  request.on_done = [gathering, executor = request.executor](const Status& status) {
    if (status.ok()) {
      gathering->done(std::move(gathering->speech));
    } else {
      gathering->done(status);
    }
    // The synthesis is calling us, and holds us: it goes once it has returned.
    executor->post([gathering] { gathering->synthesis.reset(); });
  };
  auto synthesis = transports::start_synthesis(std::move(request));
  if (!synthesis.ok()) return gathering->done(synthesis.status());
  gathering->synthesis = std::move(*synthesis);
}

}  // namespace voiceagent::server
