#include "providers/stt/pocketsphinx/decoder.h"

#include <pocketsphinx.h>
#include <sphinxbase/feat.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "providers/stt/pocketsphinx/library.h"
#include "providers/stt/pocketsphinx/settings.h"

namespace voiceagent::pocketsphinx {
namespace {

// A word as it is in the dictionary, without the number of its pronunciation; empty for silence and
// noises, as in "<sil>", "[NOISE]", "++BREATH++".
std::string_view plain_word(std::string_view word) {
  if (word.empty() || word.front() == '<' || word.front() == '[' || word.front() == '+') return {};
  return word.substr(0, word.find('('));
}

std::string plain_text(const char* hypothesis) {
  std::string text;
  if (hypothesis == nullptr) return text;
  for (const std::string_view word : split_words(hypothesis)) {
    const std::string_view plain = plain_word(word);
    if (plain.empty()) continue;
    if (!text.empty()) text += ' ';
    text += plain;
  }
  return text;
}

std::vector<HeardWord> plain_words(ps_decoder_t* decoder) {
  std::vector<HeardWord> words;
  logmath_t* const scale = ps_get_logmath(decoder);
  for (ps_seg_t* at = ps_seg_iter(decoder); at != nullptr; at = ps_seg_next(at)) {
    const std::string_view text = plain_word(ps_seg_word(at));
    if (text.empty()) continue;
    int first = 0;
    int last = 0;
    ps_seg_frames(at, &first, &last);
    const double probability = logmath_exp(scale, ps_seg_prob(at, nullptr, nullptr, nullptr));
    words.push_back({std::string(text), static_cast<std::size_t>(std::max(first, 0)),
                     static_cast<std::size_t>(std::max(last, 0)) + 1,
                     static_cast<float>(std::clamp(probability, 0.0, 1.0))});
  }
  return words;
}

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::create(const ModelFiles& files) {
  const Result<Settings> settings = decoder_settings(files);
  if (!settings.ok()) return settings.status();
  ps_decoder_t* const decoder = ps_init(settings->get());
  if (decoder == nullptr) {
    const std::string& words = files.grammar.empty() ? files.language_model : files.grammar;
    return invalid_argument("pocketsphinx: the model " + files.acoustic + ", the dictionary " +
                            files.dictionary + " and " + words + " can't be used together" +
                            take_library_error());
  }
  // The model's own parameters ask for a mean over the whole utterance; we take care of that.
  ps_get_feat(decoder)->cmn = CMN_NONE;
  return std::unique_ptr<Decoder>(new Decoder(decoder));
}

Decoder::~Decoder() {
  if (in_utterance_) ps_end_utt(decoder_);
  ps_free(decoder_);
}

Status Decoder::failed(const char* what) {
  healthy_ = false;
  return internal_error(std::string("pocketsphinx: ") + what + take_library_error());
}

Status Decoder::begin() {
  if (std::exchange(in_utterance_, false)) ps_end_utt(decoder_);
  pushed_ = false;
  if (ps_start_utt(decoder_) < 0) {
    return failed("no utterance can begin");
  }
  in_utterance_ = true;
  return {};
}

Status Decoder::push(const Cepstrum& frame) {
  last_ = frame;
  pushed_ = true;
  Cepstrum copy = frame;
  mfcc_t* row = copy.data();
  if (ps_process_cep(decoder_, &row, 1, FALSE, FALSE) < 0) {
    return failed("a frame was refused");
  }
  return {};
}

std::string Decoder::text() const { return plain_text(ps_get_hyp(decoder_, nullptr)); }

Result<Heard> Decoder::end() {
  // What changes from frame to frame is measured over the four that follow; at the end the last one
  // stands for them.
  for (int i = 0; pushed_ && i < 4; ++i) {
    if (Status status = push(Cepstrum(last_)); !status.ok()) return status;
  }
  in_utterance_ = false;
  if (ps_end_utt(decoder_) < 0) {
    return failed("the utterance can't be ended");
  }
  if (!pushed_) return Heard{};
  return Heard{text(), plain_words(decoder_)};
}

}  // namespace voiceagent::pocketsphinx
