#include "core/stream/tts_port.h"

#include <algorithm>

namespace voiceagent {

Result<std::shared_ptr<TtsPort>> TtsPort::open(const PortContext& context,
                                               std::shared_ptr<TtsProvider> provider,
                                               const TtsRequest& request, TtsListener& listener,
                                               std::shared_ptr<FramePool> pool, Duration most) {
  std::shared_ptr<TtsPort> port(
      new TtsPort(context, std::move(provider), listener, std::move(pool), most));
  if (Status status = port->start(request); !status.ok()) return status;
  return port;
}

bool TtsPort::audio(AudioView audio) {
  if (audio.sample_rate < kMinSampleRate || audio.sample_rate > kMaxSampleRate) {
    deliver_error(
        {ErrorCode::kProtocol, "the synthesiser gave audio of an impossible sample rate"});
    return true;
  }
  if (queued_.load() >= most_) {
    refused_.store(true);
    if (queued_.load() >= most_) return false;
    refused_.store(false);  // it was sent on in the meantime
  }
  queued_.fetch_add(audio.duration().count());
  for (auto rest = audio.samples; !rest.empty();) {
    const std::size_t count = std::min(rest.size(), pool_->max_samples());
    FramePtr frame = pool_->take(count);
    std::copy_n(rest.data(), count, frame->samples().data());
    rest = rest.subspan(count);
    deliver([frame = std::move(frame), rate = audio.sample_rate](TtsListener& l) mutable {
      l.tts_audio(std::move(frame), rate);
    });
  }
  return true;
}

void TtsPort::consumed(Duration audio) {
  const std::int64_t left = queued_.fetch_sub(audio.count()) - audio.count();
  if (left >= most_ / 2 || !refused_.load()) return;
  refused_.store(false);
  if (stream() == nullptr) return;
  const Call call = calling(CallWhat::kResume);
  stream()->resume();
}

}  // namespace voiceagent
