// Decoders are large and slow to make: all streams of a provider share a few. One is leased for an
// utterance.
#pragma once

#include <cstddef>
#include <utility>

#include "base/lease_pool.h"
#include "providers/stt/pocketsphinx/decoder.h"

namespace voiceagent::pocketsphinx {

using DecoderLease = LeasePool<Decoder>::Lease;
using DecoderPoolOptions = LeasePoolOptions<Decoder>;

class DecoderPool final : public LeasePool<Decoder> {
 public:
  DecoderPool(ModelFiles files, std::size_t max_decoders)
      : DecoderPool(std::move(files), with_maximum(max_decoders)) {}
  // `options.make` and `options.healthy` are set here.
  DecoderPool(ModelFiles files, DecoderPoolOptions options)
      : LeasePool(completed(std::move(options), files)), files_(std::move(files)) {}

  const ModelFiles& files() const { return files_; }

 private:
  static DecoderPoolOptions with_maximum(std::size_t max_decoders) {
    DecoderPoolOptions options;
    options.minimum = 1;  // made by warm()
    options.maximum = max_decoders;
    return options;
  }
  static DecoderPoolOptions completed(DecoderPoolOptions options, const ModelFiles& files) {
    options.make = [files] { return Decoder::create(files); };
    options.healthy = [](const Decoder& decoder) { return decoder.healthy(); };
    return options;
  }

  const ModelFiles files_;
};

}  // namespace voiceagent::pocketsphinx
