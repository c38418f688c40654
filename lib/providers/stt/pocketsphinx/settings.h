// The library's settings, for its two halves: sound to cepstra, and cepstra to words.
#pragma once

#include <memory>

#include "providers/stt/pocketsphinx/cepstrum.h"
#include "providers/stt/pocketsphinx/model_files.h"

struct cmd_ln_s;

namespace voiceagent::pocketsphinx {

struct SettingsDeleter {
  void operator()(cmd_ln_s* settings) const;
};
// Not to be shared by threads, not even read: its reference count is a plain one.
using Settings = std::unique_ptr<cmd_ln_s, SettingsDeleter>;

// For a decoder.
Result<Settings> decoder_settings(const ModelFiles& files);
// For the front end that belongs to the acoustic model.
Result<Settings> front_end_settings(const ModelFiles& files);

// The mean that the model expects of an utterance's cepstra.
Cepstrum model_mean(const Settings& settings);

}  // namespace voiceagent::pocketsphinx
