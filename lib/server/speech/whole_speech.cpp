#include "server/speech/whole_speech.h"

#include <memory>
#include <utility>

namespace voiceagent::server {
namespace {

struct Gathering {
  Pcm speech;
  UniqueFunction<void(Result<Pcm>)> done;
  std::unique_ptr<transports::Synthesis> synthesis;

  void end(Result<Pcm> result) {
    if (auto f = std::exchange(done, nullptr)) f(std::move(result));
  }
};

}  // namespace

UniqueFunction<void()> speak_whole(transports::SynthesisRequest request,
                                   UniqueFunction<void(Result<Pcm>)> done) {
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
      gathering->end(std::move(gathering->speech));
    } else {
      gathering->end(status);
    }
    // The synthesis is calling us, and holds us: it goes once it has returned.
    executor->post([gathering] { gathering->synthesis.reset(); });
  };
  auto synthesis = transports::start_synthesis(std::move(request));
  if (synthesis.ok()) {
    gathering->synthesis = std::move(*synthesis);
  } else {
    gathering->end(synthesis.status());
  }
  return [weak = std::weak_ptr(gathering)] {
    const auto open = weak.lock();
    if (open == nullptr) return;
    open->synthesis.reset();
    open->end(Status(ErrorCode::kCancelled, "the speech was given up"));
  };
}

}  // namespace voiceagent::server
