// From cepstra to words.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "providers/stt/pocketsphinx/cepstrum.h"
#include "providers/stt/pocketsphinx/model_files.h"

struct ps_decoder_s;

namespace voiceagent::pocketsphinx {

// A word, in frames from the first one pushed.
struct HeardWord {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;  // the frame after its last one
  float confidence = 0;
};

struct Heard {
  std::string text;
  std::vector<HeardWord> words;
};

// It takes a quarter of a second to make and 100 MB with the English model: keep it and use it
// again, it remembers nothing of the utterance before. Used by one thread at a time, any thread.
class Decoder {
 public:
  // REQUIRES: check(files) said that they are there.
  static Result<std::unique_ptr<Decoder>> create(const ModelFiles& files);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // A new utterance; one that was not ended is thrown away.
  Status begin();
  // The next frame, less the mean. REQUIRES: begin() succeeded, as for all that follows.
  Status push(const Cepstrum& frame);
  // What was heard so far; costs 10 us.
  std::string text() const;
  // What was heard. Ends the utterance.
  Result<Heard> end();
  // False once the library has failed: nobody knows what it remembers then.
  bool healthy() const { return healthy_; }

 private:
  explicit Decoder(ps_decoder_s* decoder) : decoder_(decoder) {}
  Status failed(const char* what);

  ps_decoder_s* const decoder_;
  bool in_utterance_ = false;
  bool pushed_ = false;
  bool healthy_ = true;
  Cepstrum last_{};
};

}  // namespace voiceagent::pocketsphinx
