// The mean of the frames of an utterance, which recognition subtracts from each of them.
#pragma once

#include <array>
#include <span>

#include "providers/stt/pocketsphinx/cepstrum.h"

namespace voiceagent::pocketsphinx {

// The mean so far, while an utterance is still going on: it begins as the model's own and moves to
// what is heard, with each second less.
class MeanTracker {
 public:
  explicit MeanTracker(const Cepstrum& prior);

  void add(const Cepstrum& frame);
  const Cepstrum& mean() const { return mean_; }

 private:
  Cepstrum mean_;
  std::array<double, kCoefficients> sum_{};
  std::array<double, kCoefficients> weight_{};  // frames, those that stand for the prior included
};

// The mean of frames that are all there; `prior` when all of them are digital silence.
Cepstrum mean_of(std::span<const Cepstrum> frames, const Cepstrum& prior);

}  // namespace voiceagent::pocketsphinx
