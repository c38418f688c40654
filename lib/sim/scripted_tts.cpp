#include <algorithm>
#include <utility>

#include "base/ring.h"
#include "base/text.h"
#include "sim/scripted_stream.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kMaxWaiting = 64;  // pieces of text

class Stream final : public TtsStream {
 public:
  Stream(const TtsScript& script, const TtsRequest& request, TtsSink& sink)
      : script_(script), out_(*request.context.executor, sink) {}

  bool text(std::string_view piece) override {
    if (items_.size() >= kMaxWaiting) return false;
    items_.push_back({Item::Kind::kText, std::string(piece), pushed_});
    pushed_ += piece.size();
    start();
    return true;
  }
  void flush() override { add(Item::Kind::kFlush); }
  void finish() override { add(Item::Kind::kFinish); }
  void cancel() override {
    out_.after(Duration(0), [this](TtsSink&) { out_.end(); });
  }
  void resume() override { go_on(); }

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
    out_.after(script_.first_audio, [this](TtsSink&) { go_on(); });
  }

  void go_on() {
    while (out_.sink() != nullptr && !items_.empty()) {
      const Item& item = items_.front();
      if (item.kind == Item::Kind::kText && !speak_clause(item)) return;  // until resume()
      const Item done = items_.pop_front();
      if (done.kind == Item::Kind::kText) continue;
      out_.sink()->done();
      if (done.kind == Item::Kind::kFinish) return out_.end();
    }
    busy_ = false;
  }

  bool speak_clause(const Item& item) {
    if (audio_.samples.empty() && !item.text.empty()) {
      audio_ = speak(item.text, script_.sample_rate);
      if (script_.word_timings) tell_timings(item);
    }
    const auto chunk = static_cast<std::size_t>(script_.sample_rate / 50);
    while (offset_ < audio_.samples.size()) {
      const std::size_t count = std::min(chunk, audio_.samples.size() - offset_);
      const auto samples = std::span(audio_.samples).subspan(offset_, count);
      if (!out_.sink()->audio({samples, script_.sample_rate})) return false;
      offset_ += count;
    }
    spoken_ += static_cast<std::int64_t>(audio_.samples.size());
    audio_.samples.clear();
    offset_ = 0;
    return true;
  }

  void tell_timings(const Item& item) {
    const std::int64_t per_character = duration_to_samples(kCharacterTime, script_.sample_rate);
    for (const std::string_view word : split_words(item.text)) {
      const auto begin = static_cast<std::size_t>(word.data() - item.text.data());
      const std::size_t end = begin + word.size();
      out_.sink()->timing({{item.begin + begin, item.begin + end},
                           spoken_ + static_cast<std::int64_t>(begin) * per_character,
                           spoken_ + static_cast<std::int64_t>(end) * per_character});
    }
  }

  const TtsScript script_;
  Script<TtsSink> out_;
  Ring<Item> items_;
  std::size_t pushed_ = 0;   // bytes of text
  std::int64_t spoken_ = 0;  // samples of the clauses before
  Pcm audio_;                // of the clause being spoken
  std::size_t offset_ = 0;   // what of it has been handed over
  bool busy_ = false;
};

class Provider final : public TtsProvider {
 public:
  explicit Provider(TtsScript script) : script_(script) {
    capabilities_.sample_rate = script.sample_rate;
    capabilities_.word_timings = script.word_timings;
  }
  const TtsCapabilities& capabilities() const override { return capabilities_; }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    return std::unique_ptr<TtsStream>(std::make_unique<Stream>(script_, request, sink));
  }

 private:
  const TtsScript script_;
  TtsCapabilities capabilities_;
};

}  // namespace

std::shared_ptr<TtsProvider> scripted_tts(TtsScript script) {
  return std::make_shared<Provider>(script);
}

}  // namespace voiceagent::sim
