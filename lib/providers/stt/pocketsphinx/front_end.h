// From samples to cepstra.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "providers/stt/pocketsphinx/cepstrum.h"
#include "providers/stt/pocketsphinx/model_files.h"

struct fe_s;

namespace voiceagent::pocketsphinx {

// One stretch of sound; of 36 KB. Frames overlap: each takes 25.6 ms into account.
class FrontEnd {
 public:
  // Reads the model's parameters. Fails when they are not those of a model for 16 kHz with 13
  // coefficients.
  static Result<FrontEnd> create(const ModelFiles& files);

  // The mean that the model expects.
  const Cepstrum& model_mean() const { return model_mean_; }
  // Appends the frames that `samples` complete.
  void add(std::span<const std::int16_t> samples, std::vector<Cepstrum>& frames);
  // Appends a last frame for the samples that are left, if any.
  void end(std::vector<Cepstrum>& frames);

 private:
  struct Deleter {
    void operator()(fe_s* front_end) const;
  };

  FrontEnd(fe_s* front_end, const Cepstrum& model_mean)
      : front_end_(front_end), model_mean_(model_mean) {}

  std::unique_ptr<fe_s, Deleter> front_end_;
  Cepstrum model_mean_;
};

}  // namespace voiceagent::pocketsphinx
