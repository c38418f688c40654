#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/ring.h"
#include "base/text.h"
#include "sim/scripted_origin.h"
#include "sim/scripted_stream.h"
#include "sim/speech.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kMaxWaiting = 64;  // pieces of text

class Stream final : public TtsStream {
 public:
  Stream(const TtsScript& script, std::uint64_t number, Chance chance, Entry entry,
         const TtsRequest& request, TtsSink& sink)
      : script_(script),
        death_(death_of(script.death, number)),
        number_(static_cast<std::uint32_t>(number)),
        out_(*request.context.executor, sink, script.faults, chance, std::move(entry)) {}

  bool text(std::string_view piece) override {
    if (items_.size() >= kMaxWaiting) return false;
    items_.push_back({Item::Kind::kText, std::string(piece), pushed_});
    pushed_ += piece.size();
    start();
    return true;
  }
  void flush() override { add(Item::Kind::kFlush); }
  void finish() override { add(Item::Kind::kFinish); }
  void cancel() override { out_.cancel(); }
  void resume() override {
    if (std::exchange(refused_, false)) go_on();
  }

 private:
  struct Item {
    enum class Kind { kText, kFlush, kFinish } kind = Kind::kText;
    std::string text;
    std::size_t begin = 0;  // in all text pushed
  };

  void add(Item::Kind kind) {
    items_.push_back({kind, {}, 0});
    start();
  }

  // The first text after a rest takes its time; what follows comes at once.
  void start() {
    if (std::exchange(busy_, true)) return;
    out_.after(out_.chance().draw(script_.first_audio), [this] { go_on(); });
  }

  void go_on() {
    while (!out_.over() && !items_.empty()) {
      const Item& item = items_.front();
      if (item.kind == Item::Kind::kText && !speak_clause(item)) return;  // to be called again
      const Item done = items_.pop_front();
      if (done.kind == Item::Kind::kText) continue;
      const auto answer = [](TtsSink& sink) { sink.done(); };
      if (done.kind == Item::Kind::kFinish) return out_.conclude(answer);
      out_.answer(answer);
    }
    busy_ = false;
  }

  // False: the rest comes when the sink has room, or it has been made.
  bool speak_clause(const Item& item) {
    const std::size_t length = speech_samples(item.text, script_.sample_rate);
    if (!begun_ && length > 0) {
      begun_ = true;
      if (script_.word_timings) tell_timings(item);
    }
    while (!out_.over() && offset_ < length) {
      if (chunk_ == 0) chunk_ = draw_chunk();
      const std::int64_t made = spoken_ + static_cast<std::int64_t>(offset_);
      const bool due = samples_to_duration(made, script_.sample_rate) >= death_.after_audio;
      if (due && death_.how == Death::How::kEmpty) break;
      if (due && out_.die(death_)) return false;
      const std::size_t count = std::min(chunk_, length - offset_);
      const Pcm piece = make(item, count);
      const AudioView view = piece.view();
      refused_ = !out_.offer([&view](TtsSink& sink) { return sink.audio(view); });
      if (refused_) return false;
      chunk_ = 0;
      offset_ += count;
      if (script_.speed > 0) {
        const double cost = static_cast<double>(view.duration().count()) / script_.speed;
        out_.after(Duration(static_cast<std::int64_t>(cost)), [this] { go_on(); });
        return false;
      }
    }
    spoken_ += static_cast<std::int64_t>(offset_);
    begun_ = false;
    offset_ = 0;
    return true;
  }

  // The next samples of the clause. They are made when they are wanted: a session that waits to be
  // heard holds none.
  Pcm make(const Item& item, std::size_t count) const {
    Pcm made{std::vector<std::int16_t>(count), script_.sample_rate};
    const std::span samples(made.samples);
    speak_part(item.text, script_.sample_rate, offset_, samples);
    if (script_.numbered) {
      number_samples(samples, number_, spoken_ + static_cast<std::int64_t>(offset_));
    }
    return made;
  }

  std::size_t draw_chunk() {
    if (out_.chance().yes(script_.faults.odd_audio)) {
      constexpr std::array<std::size_t, 8> kOdd{1, 2, 7, 159, 161, 333, 4001, 20'011};
      return kOdd[out_.chance().below(kOdd.size())];
    }
    const std::int64_t samples = duration_to_samples(script_.chunk, script_.sample_rate);
    return static_cast<std::size_t>(std::max<std::int64_t>(1, samples));
  }

  void tell_timings(const Item& item) {
    const std::int64_t per_character = duration_to_samples(kCharacterTime, script_.sample_rate);
    for (const std::string_view word : split_words(item.text)) {
      const auto begin = static_cast<std::size_t>(word.data() - item.text.data());
      const std::size_t end = begin + word.size();
      const SpokenSpan span{{item.begin + begin, item.begin + end},
                            spoken_ + static_cast<std::int64_t>(begin) * per_character,
                            spoken_ + static_cast<std::int64_t>(end) * per_character};
      out_.tell([span](TtsSink& sink) { sink.timing(span); });
    }
  }

  const TtsScript script_;
  const Death death_;
  const std::uint32_t number_;
  Script<TtsSink> out_;
  Ring<Item> items_;
  std::size_t pushed_ = 0;   // bytes of text
  std::int64_t spoken_ = 0;  // samples of the clauses before
  bool begun_ = false;       // the clause that is next is being spoken
  std::size_t offset_ = 0;   // what of it has been handed over
  std::size_t chunk_ = 0;    // samples of the piece that is next; 0: not drawn yet
  bool busy_ = false;
  bool refused_ = false;  // the sink is full
};

class Provider final : public TtsProvider {
 public:
  explicit Provider(TtsScript script) : script_(script), streams_(script.seed), pool_(script.pool) {
    capabilities_.sample_rate = script.sample_rate;
    capabilities_.word_timings = script.word_timings;
  }
  const TtsCapabilities& capabilities() const override { return capabilities_; }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    const std::uint64_t number = streams_.next();
    Chance chance = streams_.chance(number);
    if (chance.yes(script_.faults.refused_start)) return draw_failure(script_.faults, chance);
    if (Status refused = refusal(death_of(script_.death, number)); !refused.ok()) return refused;
    Result<Entry> entry = pool_.enter(*request.context.executor);
    if (!entry.ok()) return entry.status();
    return std::unique_ptr<TtsStream>(
        std::make_unique<Stream>(script_, number, chance, std::move(*entry), request, sink));
  }

 private:
  const TtsScript script_;
  StreamCounter streams_;
  ScriptedPool pool_;
  TtsCapabilities capabilities_;
};

}  // namespace

std::shared_ptr<TtsProvider> scripted_tts(TtsScript script) {
  return std::make_shared<Provider>(script);
}

}  // namespace voiceagent::sim
