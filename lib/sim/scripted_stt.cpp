#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/scripted_stream.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

constexpr Duration kStep{10'000'000};    // how exact times are: enough for a character
constexpr Duration kPause{200'000'000};  // so much silence may settle words unasked

struct Heard {
  std::string text;  // a word
  Duration start, end;
};

class Stream final : public SttStream {
 public:
  Stream(const SttScript& script, const Death& death, Chance chance, Entry entry,
         const SttRequest& request, SttSink& sink)
      : script_(script),
        death_(death),
        rate_(request.sample_rate),
        out_(*request.context.executor, sink, script.faults, chance, std::move(entry)),
        ears_(chance.next()),
        deaf_when_stalled_(chance.yes(0.5)) {}

  bool audio(AudioView audio) override {
    if (out_.over() && deaf_when_stalled_) return false;
    const auto step = static_cast<std::size_t>(duration_to_samples(kStep, rate_));
    for (auto rest = audio.samples; !rest.empty();) {
      const std::size_t count = std::min(step, rest.size());
      if (samples_to_duration(heard_, rate_) >= death_.after_audio && out_.die(death_)) return true;
      hear(rest.first(count));
      rest = rest.subspan(count);
    }
    tell_partial();
    return true;
  }

  void flush() override { settle(true); }
  void finish() override {
    settle(false);
    out_.in_order(script_.final_delay.base, [this] { out_.conclude(); });
  }
  void cancel() override { out_.cancel(); }

 private:
  struct Timed {
    Duration start, end;
  };

  void hear(std::span<const std::int16_t> samples) {
    const Duration begin = samples_to_duration(heard_, rate_);
    heard_ += static_cast<std::int64_t>(samples.size());
    const std::size_t before = reader_.text().size();
    reader_.add(samples);
    const std::string& text = reader_.text();
    for (std::size_t i = before; i < text.size(); ++i) {
      if (text[i] == ' ') continue;
      if (i == 0 || text[i - 1] == ' ') times_.push_back({begin, begin});
      times_.back().end = begin + kCharacterTime;
    }
    notice(samples, samples_to_duration(heard_, rate_) - begin);
  }

  // What the pauses say.
  void notice(std::span<const std::int16_t> samples, Duration length) {
    if (samples.front() != 0 || samples.back() != 0) {
      if (quiet_ >= script_.turn_signal / 2) signal(TurnSignal::kResumed, 1.0F);
      quiet_ = Duration(0);
      return;
    }
    const Duration before = std::exchange(quiet_, quiet_ + length);
    const auto reached = [&](Duration mark) { return before < mark && quiet_ >= mark; };
    if (reached(script_.turn_signal / 2)) signal(TurnSignal::kLikelyEnd, 0.6F);
    if (reached(script_.turn_signal)) signal(TurnSignal::kEnd, 0.9F);
    if (reached(kPause) && !times_.empty() && out_.chance().yes(script_.unasked_finals)) {
      settle(false);
    }
  }

  void signal(TurnSignal signal, float probability) {
    if (script_.turn_signal == Duration(0) || words_told_ == 0) return;
    out_.in_order(Duration(0), [this, signal, probability] {
      out_.tell([signal, probability](SttSink& s) { s.turn_signal(signal, probability); });
    });
  }

  // The words of `text`, which begins what was read, as this recogniser understands them; the same
  // each time.
  std::vector<Heard> understood(std::string_view text_read) const {
    std::vector<Heard> words;
    std::size_t number = 0;
    for (const std::string_view word : split_words(text_read)) {
      const Timed time = times_[number];
      Chance ear(ears_, settled_ + number++);
      const double luck = ear.unit();
      if (luck < script_.word_errors / 2) continue;
      std::string text(word);
      if (luck < script_.word_errors) text.front() = text.front() == 'z' ? 'y' : 'z';
      words.push_back({std::move(text), time.start, time.end});
    }
    return words;
  }
  static std::string text_of(const std::vector<Heard>& words) {
    std::string text;
    for (const Heard& word : words) text += (text.empty() ? "" : " ") + word.text;
    return text;
  }

  // `asked`: also when there is nothing to settle.
  void settle(bool asked) {
    if (times_.empty() && !asked) return;
    std::vector<Heard> words = understood(reader_.text());
    settled_ += times_.size();
    times_.clear();
    reader_.clear();
    told_ = words_told_ = 0;
    out_.in_order(out_.chance().draw(script_.final_delay), [this, words = std::move(words)] {
      const std::string text = out_.mangle(text_of(words));
      out_.answer([text, words, timed = script_.word_times](SttSink& sink) {
        std::vector<Word> views;
        for (const Heard& word : words) views.push_back({word.text, word.start, word.end, 1.0F});
        if (!timed) views.clear();
        sink.final({text, 1.0F, views, {}});
      });
    });
  }

  void tell_partial() {
    if (script_.partial_interval == Duration(0)) return;
    const Duration now = samples_to_duration(heard_, rate_);
    std::string_view text = reader_.text();
    // Until something follows it nobody knows whether a word has ended.
    if (script_.whole_words) text = text.substr(0, text.rfind(' ') + 1);
    const std::size_t length = trim(text).size();
    if (length == told_ || now - partial_at_ < script_.partial_interval) return;
    told_ = length;
    partial_at_ = now;
    const std::vector<Heard> words = understood(text);
    if (words.empty()) return;
    words_told_ = words.size();
    out_.in_order(out_.chance().draw(script_.partial_delay), [this, told = text_of(words)] {
      out_.tell([text = out_.mangle(told)](SttSink& sink) { sink.partial({text, 1.0F, {}, {}}); });
    });
  }

  const SttScript script_;
  const Death death_;
  const int rate_;
  Script<SttSink> out_;
  const std::uint64_t ears_;  // decides which words are misheard
  const bool deaf_when_stalled_;
  SpeechReader reader_;
  std::vector<Timed> times_;    // of the words being read
  std::size_t settled_ = 0;     // words before them
  std::int64_t heard_ = 0;      // samples
  std::size_t told_ = 0;        // bytes read when the last partial was told
  std::size_t words_told_ = 0;  // by it
  Duration partial_at_{0};
  Duration quiet_{0};  // at the end of what was heard
};

class Provider final : public SttProvider {
 public:
  explicit Provider(SttScript script) : script_(script), streams_(script.seed), pool_(script.pool) {
    capabilities_.sample_rates = {script.sample_rate};
    capabilities_.partials = script.partial_interval > Duration(0);
    capabilities_.word_times = script.word_times;
    capabilities_.turn_signals = script.turn_signal > Duration(0);
  }
  const SttCapabilities& capabilities() const override { return capabilities_; }
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    const std::uint64_t number = streams_.next();
    Chance chance = streams_.chance(number);
    if (chance.yes(script_.faults.refused_start)) return draw_failure(script_.faults, chance);
    const Death death = death_of(script_.death, number);
    if (Status refused = refusal(death); !refused.ok()) return refused;
    Result<Entry> entry = pool_.enter(*request.context.executor);
    if (!entry.ok()) return entry.status();
    return std::unique_ptr<SttStream>(
        std::make_unique<Stream>(script_, death, chance, std::move(*entry), request, sink));
  }

 private:
  const SttScript script_;
  StreamCounter streams_;
  ScriptedPool pool_;
  SttCapabilities capabilities_;
};

}  // namespace

std::shared_ptr<SttProvider> scripted_stt(SttScript script) {
  return std::make_shared<Provider>(script);
}

}  // namespace voiceagent::sim
