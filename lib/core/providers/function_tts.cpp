// A synthesiser from a blocking function over one clause.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/ring.h"
#include "core/providers/function_stream.h"
#include "voiceagent/tts.h"

namespace voiceagent {
namespace {

constexpr int kMaxWaiting = 64;  // pieces of text

using Function = std::function<Result<Pcm>(std::string_view text)>;

// The speaking itself: touched by jobs only, except for the count of waiting pieces.
class Speech {
 public:
  explicit Speech(std::shared_ptr<const Function> function) : function_(std::move(function)) {}

  struct Item {
    enum class Kind { kText, kFlush, kFinish } kind = Kind::kText;
    std::string text;
  };
  using Jobs = FunctionJobs<TtsSink>;

  void add(Item item, Jobs& jobs, TtsSink& sink) {
    items_.push_back(std::move(item));
    pump(jobs, sink);
  }

  void unblock(Jobs& jobs, TtsSink& sink) {
    blocked_ = false;
    pump(jobs, sink);
  }

  std::atomic<int> waiting{0};

 private:
  void pump(Jobs& jobs, TtsSink& sink) {
    while (!jobs.cancelled() && !blocked_ && deliver(sink) && !items_.empty()) {
      const Item item = items_.pop_front();
      if (item.kind != Item::Kind::kText) {
        sink.done();
        if (item.kind == Item::Kind::kFinish) return jobs.end();
        continue;
      }
      Result<Pcm> audio = (*function_)(item.text);
      waiting.fetch_sub(1);
      if (!audio.ok()) return jobs.fail(audio.status());
      audio_ = std::move(*audio);
      offset_ = 0;
    }
  }

  // Hands over what is left of the audio, in tenths of a second. False: the sink is full.
  bool deliver(TtsSink& sink) {
    const auto chunk = static_cast<std::size_t>(std::max(1, audio_.sample_rate / 10));
    while (offset_ < audio_.samples.size()) {
      const std::size_t count = std::min(chunk, audio_.samples.size() - offset_);
      const AudioView view{std::span(audio_.samples).subspan(offset_, count), audio_.sample_rate};
      if (!sink.audio(view)) {
        blocked_ = true;
        return false;
      }
      offset_ += count;
    }
    return true;
  }

  const std::shared_ptr<const Function> function_;
  Ring<Item> items_;
  Pcm audio_;
  std::size_t offset_ = 0;
  bool blocked_ = false;
};

class Stream final : public TtsStream {
 public:
  Stream(const TtsRequest& request, std::shared_ptr<const Function> function, TtsSink& sink)
      : speech_(std::make_shared<Speech>(std::move(function))),
        jobs_(std::make_shared<FunctionJobs<TtsSink>>(request.context, sink)) {}

  bool text(std::string_view piece) override {
    if (speech_->waiting.load() >= kMaxWaiting) return false;
    speech_->waiting.fetch_add(1);
    add({Speech::Item::Kind::kText, std::string(piece)});
    return true;
  }
  void flush() override { add({Speech::Item::Kind::kFlush, {}}); }
  void finish() override { add({Speech::Item::Kind::kFinish, {}}); }
  void cancel() override { jobs_->cancel(); }
  void resume() override {
    jobs_->run([speech = speech_](FunctionJobs<TtsSink>& jobs, TtsSink& sink) {
      speech->unblock(jobs, sink);
    });
  }

 private:
  void add(Speech::Item item) {
    jobs_->run([speech = speech_, item = std::move(item)](FunctionJobs<TtsSink>& jobs,
                                                          TtsSink& sink) mutable {
      speech->add(std::move(item), jobs, sink);
    });
  }

  const std::shared_ptr<Speech> speech_;
  const std::shared_ptr<FunctionJobs<TtsSink>> jobs_;
};

class Provider final : public TtsProvider {
 public:
  Provider(Function function, int sample_rate)
      : function_(std::make_shared<const Function>(std::move(function))) {
    capabilities_.sample_rate = sample_rate;
  }
  const TtsCapabilities& capabilities() const override { return capabilities_; }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    return std::unique_ptr<TtsStream>(std::make_unique<Stream>(request, function_, sink));
  }

 private:
  const std::shared_ptr<const Function> function_;
  TtsCapabilities capabilities_;
};

}  // namespace

std::shared_ptr<TtsProvider> tts_from_function(Function function, int sample_rate) {
  return std::make_shared<Provider>(std::move(function), sample_rate);
}

}  // namespace voiceagent
