#include "core/resilience/apology.h"

#include <atomic>
#include <utility>

#include "base/utf8.h"

namespace voiceagent {
namespace {

constexpr Duration kLongest{30'000'000'000};  // a clip, and its rendering

}  // namespace

// One attempt. Its result is told once finish() has been answered, or its time is over; it keeps
// itself alive until the stream has closed, however long that takes.
class Apology::Rendering final : public TtsSink, public std::enable_shared_from_this<Rendering> {
 public:
  Rendering(std::shared_ptr<Apology> apology, Means means)
      : apology_(std::move(apology)), means_(std::move(means)) {}

  // On the executor.
  void start() {
    const CallOwner owner = means_.board->owner("the apology's tts", {});
    const Call call(means_.board.get(), {owner, CallWhat::kStart});
    self_ = shared_from_this();
    TtsRequest request;
    request.context = {means_.executor.get(), means_.workers.get(), means_.logger.get()};
    request.voice = apology_->voice_.voice;
    request.language = apology_->voice_.language;
    Result<std::unique_ptr<TtsStream>> stream = apology_->voice_.provider->start(request, *this);
    if (stream.ok() && *stream == nullptr) stream = internal_error("the provider made no stream");
    if (!stream.ok()) {
      error({stream.status().code(), stream.status().message()});
      return finish();
    }
    stream_ = std::move(*stream);
    limit_ = means_.executor->post_after(kLongest, [self = shared_from_this()] {
      if (self->stream_ == nullptr) return;
      self->error({ErrorCode::kTimeout, "it took too long"});
      self->tell();
      self->stream_->cancel();
    });
    if (!stream_->text(apology_->text_)) {
      error({ErrorCode::kResourceExhausted, "the synthesiser has no room for it"});
      return stream_->cancel();
    }
    stream_->flush();
    stream_->finish();
  }

  bool audio(AudioView audio) override {
    const std::lock_guard lock(mutex_);
    if (!status_.ok()) return true;
    if (audio_.sample_rate != audio.sample_rate) audio_ = {{}, audio.sample_rate};
    const auto most = duration_to_samples(kLongest, audio.sample_rate);
    const std::size_t size = audio_.samples.size() + audio.samples.size();
    if (static_cast<std::int64_t>(size) > most) {
      fail({ErrorCode::kResourceExhausted, "it is longer than 30 s"});
    } else {
      audio_.samples.insert(audio_.samples.end(), audio.samples.begin(), audio.samples.end());
    }
    return true;
  }
  void timing(const SpokenSpan&) override {}
  void done() override {
    {
      const std::lock_guard lock(mutex_);
      if (audio_.samples.empty() || ++answers_ != kAnswers) return;
    }
    means_.executor->post([self = shared_from_this()] { self->tell(); });
  }
  void error(const ProviderError& error) override {
    const std::lock_guard lock(mutex_);
    fail(error);
  }
  void closed() override {
    if (closed_.exchange(true)) return;
    means_.executor->post([self = shared_from_this()] { self->finish(); });
  }

 private:
  // What came first counts. REQUIRES: the lock.
  void fail(const ProviderError& error) {
    if (status_.ok()) status_ = Status(error.code, sanitize_utf8(error.message));
  }
  // On the executor, last.
  void finish() {
    if (limit_ != 0) means_.executor->cancel(limit_);
    stream_.reset();
    tell();
    const auto self = std::exchange(self_, nullptr);
  }
  // On the executor; the first time counts.
  void tell() {
    if (std::exchange(told_, true)) return;
    Pcm audio;
    Status status;
    {
      const std::lock_guard lock(mutex_);
      audio = std::exchange(audio_, {});
      status = status_;
      fail({ErrorCode::kCancelled, "it has been told"});  // what else comes is not kept
    }
    if (status.ok() && audio.samples.empty()) status = unavailable("no audio came");
    apology_->rendered(std::move(audio), status, *means_.logger);
  }

  static constexpr int kAnswers = 2;  // to flush() and to finish(), once there is a sound

  const std::shared_ptr<Apology> apology_;
  const Means means_;
  std::shared_ptr<Rendering> self_;
  std::unique_ptr<TtsStream> stream_;
  TimerId limit_ = 0;
  bool told_ = false;
  std::atomic<bool> closed_{false};
  std::mutex mutex_;
  Pcm audio_;
  int answers_ = 0;
  Status status_;
};

void Apology::prepare(const Means& means) {
  {
    const std::lock_guard lock(mutex_);
    if (given_ || clip_ != nullptr || std::exchange(under_way_, true)) return;
  }
  auto rendering = std::make_shared<Rendering>(shared_from_this(), means);
  means.executor->post([rendering = std::move(rendering)] { rendering->start(); });
}

std::shared_ptr<const Pcm> Apology::clip() const {
  const std::lock_guard lock(mutex_);
  return clip_;
}

void Apology::rendered(Pcm audio, const Status& status, Logger& logger) {
  {
    const std::lock_guard lock(mutex_);
    under_way_ = false;
    if (status.ok()) clip_ = std::make_shared<const Pcm>(std::move(audio));
  }
  if (!status.ok()) {
    logger.write(
        LogLevel::kWarning, "resilience",
        "the apology could not be rendered, the next session tries again: " + status.message());
  }
}

}  // namespace voiceagent
