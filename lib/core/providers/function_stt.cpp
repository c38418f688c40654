// A recogniser from a blocking function over one utterance.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/providers/function_stream.h"
#include "voiceagent/stt.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxSeconds = 60;  // gathered between flushes

using Function = std::function<Result<OwnedTranscript>(AudioView utterance)>;

class Stream final : public SttStream {
 public:
  Stream(const SttRequest& request, std::shared_ptr<const Function> function, SttSink& sink)
      : rate_(request.sample_rate),
        function_(std::move(function)),
        jobs_(std::make_shared<FunctionJobs<SttSink>>(request.context, sink)) {}

  bool audio(AudioView audio) override {
    if (utterance_.samples.size() + audio.samples.size() > limit()) return false;
    utterance_.samples.insert(utterance_.samples.end(), audio.samples.begin(), audio.samples.end());
    return true;
  }

  void flush() override {
    utterance_.sample_rate = rate_;
    jobs_->run([function = function_, audio = std::exchange(utterance_, {})](
                   FunctionJobs<SttSink>& jobs, SttSink& sink) {
      if (audio.samples.empty()) return sink.final({});
      Result<OwnedTranscript> heard = (*function)(audio.view());
      if (!heard.ok()) return jobs.fail(heard.status());
      sink.final({heard->text, heard->confidence, {}, {}});
    });
    jobs_->run([](FunctionJobs<SttSink>&, SttSink& sink) { sink.writable(); });
  }

  void finish() override {
    if (!utterance_.samples.empty()) flush();
    jobs_->close();
  }
  void cancel() override { jobs_->cancel(); }

 private:
  std::size_t limit() const { return static_cast<std::size_t>(rate_) * kMaxSeconds; }

  const int rate_;
  const std::shared_ptr<const Function> function_;
  const std::shared_ptr<FunctionJobs<SttSink>> jobs_;
  Pcm utterance_;
};

class Provider final : public SttProvider {
 public:
  Provider(Function function, int sample_rate)
      : function_(std::make_shared<const Function>(std::move(function))) {
    capabilities_.sample_rates = {sample_rate};
  }
  const SttCapabilities& capabilities() const override { return capabilities_; }
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    return std::unique_ptr<SttStream>(std::make_unique<Stream>(request, function_, sink));
  }

 private:
  const std::shared_ptr<const Function> function_;
  SttCapabilities capabilities_;
};

}  // namespace

std::shared_ptr<SttProvider> stt_from_function(Function function, int sample_rate) {
  return std::make_shared<Provider>(std::move(function), sample_rate);
}

}  // namespace voiceagent
