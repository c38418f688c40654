#include "providers/stt/pocketsphinx/front_end.h"

#include <pocketsphinx.h>
#include <sphinxbase/fe.h>

#include <array>
#include <type_traits>
#include <utility>

#include "providers/stt/pocketsphinx/library.h"
#include "providers/stt/pocketsphinx/settings.h"

namespace voiceagent::pocketsphinx {

static_assert(std::is_same_v<mfcc_t, float>, "a library with fixed-point numbers is no use here");

void FrontEnd::Deleter::operator()(fe_s* front_end) const { fe_free(front_end); }

Result<FrontEnd> FrontEnd::create(const ModelFiles& files) {
  const Result<Settings> settings = front_end_settings(files);
  if (!settings.ok()) return settings.status();
  FrontEnd made(fe_init_auto_r(settings->get()), voiceagent::pocketsphinx::model_mean(*settings));
  const bool fits =
      made.front_end_ != nullptr &&
      fe_get_output_size(made.front_end_.get()) == static_cast<int>(kCoefficients) &&
      cmd_ln_float_r(settings->get(), "-samprate") == static_cast<double>(kSampleRate);
  if (!fits) {
    return unsupported("pocketsphinx: " + files.acoustic +
                       "/feat.params: only models for 16 kHz with 13 coefficients are supported" +
                       take_library_error());
  }
  return made;
}

void FrontEnd::add(std::span<const std::int16_t> samples, std::vector<Cepstrum>& frames) {
  std::array<Cepstrum, 16> made{};
  std::array<mfcc_t*, 16> rows{};
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = made[i].data();
  const std::int16_t* next = samples.data();
  std::size_t left = samples.size();
  while (left > 0) {
    int32 count = static_cast<int32>(rows.size());
    if (fe_process_frames(front_end_.get(), &next, &left, rows.data(), &count, nullptr) < 0) return;
    frames.insert(frames.end(), made.begin(), made.begin() + count);
  }
}

void FrontEnd::end(std::vector<Cepstrum>& frames) {
  Cepstrum last{};
  int32 count = 0;
  fe_end_utt(front_end_.get(), last.data(), &count);
  if (count > 0) frames.push_back(last);
}

}  // namespace voiceagent::pocketsphinx
