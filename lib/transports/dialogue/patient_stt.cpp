#include "transports/dialogue/patient_stt.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/ring.h"

namespace voiceagent::transports {
namespace {

// Audio, or what was asked for after it.
struct Waiting {
  enum class Kind : std::uint8_t { kAudio, kFlush, kFinish };
  Kind kind = Kind::kAudio;
  Pcm audio;
};

// Between the session's sink and the provider's stream. Tasks on the executor may outlive the
// stream, and then find it gone.
class Patience final : public SttSink, public std::enable_shared_from_this<Patience> {
 public:
  Patience(Executor& executor, SttSink& sink, Duration room)
      : executor_(executor), sink_(sink), room_(room) {}

  // On the executor.
  void begin(std::unique_ptr<SttStream> stream) { stream_ = std::move(stream); }
  void end() { stream_.reset(); }
  bool audio(AudioView audio) {
    if (queue_.empty() && stream_->audio(audio)) return true;
    if (queued_ + audio.duration() > room_) {
      refused_ = true;
      return false;
    }
    queued_ += audio.duration();
    const std::vector<std::int16_t> copy(audio.samples.begin(), audio.samples.end());
    queue_.push_back({Waiting::Kind::kAudio, {copy, audio.sample_rate}});
    return true;
  }
  void flush() { ask(Waiting::Kind::kFlush); }
  void finish() { ask(Waiting::Kind::kFinish); }
  void cancel() {
    queue_.clear();
    stream_->cancel();
  }

  // Any thread.
  void partial(const Transcript& transcript) override { sink_.partial(transcript); }
  void final(const Transcript& transcript) override { sink_.final(transcript); }
  void turn_signal(TurnSignal signal, float probability) override {
    sink_.turn_signal(signal, probability);
  }
  void writable() override {
    executor_.post([self = shared_from_this()] { self->pump(); });
  }
  void error(const ProviderError& error) override { sink_.error(error); }
  void closed() override { sink_.closed(); }

 private:
  void ask(Waiting::Kind kind) {
    queue_.push_back({kind, {}});
    if (queue_.size() == 1) pump();
  }

  void pump() {
    while (stream_ != nullptr && !queue_.empty()) {
      const Waiting& next = queue_.front();
      if (next.kind == Waiting::Kind::kAudio) {
        if (!stream_->audio(next.audio.view())) return;
        queued_ -= next.audio.view().duration();
      }
      const Waiting::Kind kind = queue_.pop_front().kind;
      if (kind == Waiting::Kind::kFlush) stream_->flush();
      if (kind == Waiting::Kind::kFinish) stream_->finish();
    }
    if (stream_ != nullptr && std::exchange(refused_, false)) sink_.writable();
  }

  Executor& executor_;
  SttSink& sink_;
  const Duration room_;
  std::unique_ptr<SttStream> stream_;  // null: before and after its life
  Ring<Waiting> queue_;
  Duration queued_{0};
  bool refused_ = false;
};

class PatientStream final : public SttStream {
 public:
  explicit PatientStream(std::shared_ptr<Patience> patience) : patience_(std::move(patience)) {}
  ~PatientStream() override { patience_->end(); }
  bool audio(AudioView audio) override { return patience_->audio(audio); }
  void flush() override { patience_->flush(); }
  void finish() override { patience_->finish(); }
  void cancel() override { patience_->cancel(); }

 private:
  const std::shared_ptr<Patience> patience_;
};

class PatientStt final : public SttProvider {
 public:
  PatientStt(std::shared_ptr<SttProvider> provider, Duration room)
      : provider_(std::move(provider)), room_(room) {}

  const SttCapabilities& capabilities() const override { return provider_->capabilities(); }

  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    auto patience = std::make_shared<Patience>(*request.context.executor, sink, room_);
    Result<std::unique_ptr<SttStream>> stream = provider_->start(request, *patience);
    if (!stream.ok() || *stream == nullptr) return stream;
    patience->begin(std::move(*stream));
    return std::unique_ptr<SttStream>(std::make_unique<PatientStream>(std::move(patience)));
  }
  void warm_up(const WarmUp& means) override { provider_->warm_up(means); }

 private:
  const std::shared_ptr<SttProvider> provider_;
  const Duration room_;
};

}  // namespace

std::shared_ptr<SttProvider> patient_stt(std::shared_ptr<SttProvider> provider, Duration room) {
  return std::make_shared<PatientStt>(std::move(provider), room);
}

}  // namespace voiceagent::transports
