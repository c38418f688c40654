#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/scripted_stream.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

class Stream final : public SttStream {
 public:
  Stream(const SttScript& script, const SttRequest& request, SttSink& sink)
      : script_(script), rate_(request.sample_rate), out_(*request.context.executor, sink) {}

  bool audio(AudioView audio) override {
    // Sample by sample as far as word times go: 10 ms at once is exact enough for a character.
    const auto step = static_cast<std::size_t>(rate_ / 100);
    for (auto rest = audio.samples; !rest.empty();) {
      const std::size_t count = std::min(step, rest.size());
      hear(rest.first(count));
      rest = rest.subspan(count);
    }
    tell_partial();
    return true;
  }

  void flush() override {
    std::string text(trim(reader_.text()));
    std::vector<Timed> times = std::exchange(times_, {});
    reader_.clear();
    told_ = 0;
    out_.after(script_.final_delay, [text = std::move(text), times = std::move(times),
                                     with_words = script_.word_times](SttSink& sink) {
      const std::vector<Word> words = with_words ? words_of(text, times) : std::vector<Word>();
      sink.final({text, 1.0F, words, {}});
    });
  }

  void finish() override {
    if (!reader_.text().empty()) flush();
    out_.after(script_.final_delay, [this](SttSink&) { out_.end(); });
  }
  void cancel() override {
    out_.after(Duration(0), [this](SttSink&) { out_.end(); });
  }

 private:
  struct Timed {
    Duration start, end;
  };

  void hear(std::span<const std::int16_t> samples) {
    const Duration begin = samples_to_duration(heard_, rate_);
    heard_ += static_cast<std::int64_t>(samples.size());
    const std::size_t before = split_words(reader_.text()).size();
    const std::size_t length = reader_.text().size();
    reader_.add(samples);
    if (reader_.text().size() == length) return;
    const std::size_t words = split_words(reader_.text()).size();
    if (words > before) times_.push_back({begin, begin});
    if (!times_.empty()) times_.back().end = begin + kCharacterTime;
  }

  void tell_partial() {
    if (script_.partial_interval == Duration(0)) return;
    const Duration now = samples_to_duration(heard_, rate_);
    const std::string_view text = trim(reader_.text());
    if (text.size() == told_ || now - partial_at_ < script_.partial_interval) return;
    told_ = text.size();
    partial_at_ = now;
    out_.after(Duration(0), [text = std::string(text)](SttSink& sink) {
      sink.partial({text, 1.0F, {}, {}});
    });
  }

  static std::vector<Word> words_of(const std::string& text, const std::vector<Timed>& times) {
    std::vector<Word> words;
    for (const std::string_view word : split_words(text)) {
      if (words.size() == times.size()) break;
      const Timed& time = times[words.size()];
      words.push_back({word, time.start, time.end, 1.0F});
    }
    return words;
  }

  const SttScript script_;
  const int rate_;
  Script<SttSink> out_;
  SpeechReader reader_;
  std::vector<Timed> times_;  // of the words being read
  std::int64_t heard_ = 0;
  std::size_t told_ = 0;  // bytes of the last partial
  Duration partial_at_{0};
};

class Provider final : public SttProvider {
 public:
  explicit Provider(SttScript script) : script_(script) {
    capabilities_.sample_rates = {16'000};
    capabilities_.partials = script.partial_interval > Duration(0);
    capabilities_.word_times = script.word_times;
  }
  const SttCapabilities& capabilities() const override { return capabilities_; }
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    return std::unique_ptr<SttStream>(std::make_unique<Stream>(script_, request, sink));
  }

 private:
  const SttScript script_;
  SttCapabilities capabilities_;
};

}  // namespace

std::shared_ptr<SttProvider> scripted_stt(SttScript script) {
  return std::make_shared<Provider>(script);
}

}  // namespace voiceagent::sim
