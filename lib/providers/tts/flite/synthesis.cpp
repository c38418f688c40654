#include "providers/tts/flite/synthesis.h"

#include <flite/flite.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace voiceagent::flite {
namespace {

// What is left of the 120 to 280 ms of silence that flite begins with.
constexpr std::int64_t kLeadIn = kSampleRate / 100;

struct DeleteUtterance {
  void operator()(cst_utterance* utterance) const { delete_utterance(utterance); }
};
using UtterancePtr = std::unique_ptr<cst_utterance, DeleteUtterance>;

// The samples of a token's words, or nothing when flite has no sound for it.
std::optional<std::pair<std::int64_t, std::int64_t>> samples_of(const cst_item* token) {
  std::optional<std::pair<std::int64_t, std::int64_t>> range;
  for (const cst_item* word = item_daughter(token); word != nullptr; word = item_next(word)) {
    const cst_item* first =
        flite_path_to_item(word, "R:SylStructure.daughter1.daughter1.R:Segment");
    const cst_item* last = flite_path_to_item(word, "R:SylStructure.daughtern.daughtern.R:Segment");
    if (first == nullptr || last == nullptr) continue;
    const auto begin = std::llround(flite_ffeature_float(first, "p.end") * kSampleRate);
    const auto end = std::llround(flite_ffeature_float(last, "end") * kSampleRate);
    range = {range ? range->first : begin, end};
  }
  return range;
}

// Takes what flite's callback brings, and cuts off the silence before the first word.
class Receiver {
 public:
  Receiver(const Utterance& utterance, Listener& listener)
      : utterance_(utterance), listener_(listener) {}

  bool take(const cst_wave* wave, std::int64_t begin, std::int64_t size,
            const cst_utterance* analysed) {
    if (!std::exchange(started_, true) && !start(analysed)) return false;
    const std::int64_t end = begin + size;
    begin = std::max(begin, skip_);
    if (begin >= end) return true;
    return listener_.audio({wave->samples + begin, static_cast<std::size_t>(end - begin)});
  }

 private:
  // All times are known when the first audio comes. False when there is nothing to hear.
  bool start(const cst_utterance* analysed) {
    std::vector<SpokenSpan> words = spans(analysed);
    if (words.empty()) return false;
    skip_ = std::max<std::int64_t>(0, words.front().begin_sample - kLeadIn);
    for (SpokenSpan& word : words) {
      word.begin_sample -= skip_;
      word.end_sample -= skip_;
    }
    listener_.words(std::move(words));
    return true;
  }

  // A token without a sound belongs to the one before it, or at the beginning to the one after.
  std::vector<SpokenSpan> spans(const cst_utterance* analysed) const {
    std::vector<SpokenSpan> words;
    std::size_t begin = utterance_.front().source.begin;
    const cst_item* item = relation_head(utt_relation(analysed, "Token"));
    for (const Token& token : utterance_) {
      const auto range = samples_of(item);
      item = item_next(item);
      if (range) {
        if (!words.empty()) begin = token.source.begin;
        words.push_back({{begin, token.source.end}, range->first, range->second});
      } else if (!words.empty()) {
        words.back().text.end = token.source.end;
      }
    }
    return words;
  }

  const Utterance& utterance_;
  Listener& listener_;
  bool started_ = false;
  std::int64_t skip_ = 0;
};

int on_audio(const cst_wave* wave, int begin, int size, int /*last*/,
             cst_audio_streaming_info* info) {
  auto& receiver = *static_cast<Receiver*>(info->userdata);
  return receiver.take(wave, begin, size, info->utt) ? CST_AUDIO_STREAM_CONT
                                                     : CST_AUDIO_STREAM_STOP;
}

UtterancePtr make_utterance(const Utterance& utterance) {
  UtterancePtr made(new_utterance());
  cst_relation* tokens = utt_relation_create(made.get(), "Token");
  for (const Token& token : utterance) {
    cst_item* item = relation_append(tokens, nullptr);
    item_set_string(item, "name", token.name.c_str());
    item_set_string(item, "whitespace", " ");
    item_set_string(item, "prepunctuation", token.before.c_str());
    item_set_string(item, "punc", token.after.c_str());
  }
  return made;
}

}  // namespace

void synthesize(const Utterance& utterance, const Voice& voice, double speed, Listener& listener) {
  if (utterance.empty()) return;
  const UtterancePtr work = make_utterance(utterance);
  utt_init(work.get(), const_cast<cst_voice*>(voice.data));  // only reads it
  Receiver receiver(utterance, listener);
  cst_audio_streaming_info* info = new_audio_streaming_info();
  info->asc = on_audio;
  info->userdata = &receiver;
  // On the utterance, which then owns it: the voice is shared with other threads.
  feat_set(work->features, "streaming_info", audio_streaming_info_val(info));
  feat_set_float(work->features, "duration_stretch", static_cast<float>(1.0 / speed));
  utt_synth_tokens(work.get());
}

}  // namespace voiceagent::flite
