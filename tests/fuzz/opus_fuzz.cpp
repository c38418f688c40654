// A stream of hostile packets: each is decoded, concealed, recovered from, or refused.
// A packet is a length byte, a byte that says what to do with it, and so many bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "audio/opus_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMostSamples = 5760;  // 120 ms
  auto decoder = voiceagent::OpusDecoder::create(48'000, 2);
  if (!decoder.ok()) std::abort();
  std::span<const std::uint8_t> rest(data, size);
  while (rest.size() >= 2) {
    const std::size_t length = rest[0];
    const int action = rest[1];
    rest = rest.subspan(2);
    const auto packet = rest.first(std::min(length, rest.size()));
    rest = rest.subspan(packet.size());
    const int samples = action / 4 * 120;
    const auto pcm = action % 4 == 0   ? (*decoder)->conceal(samples)
                     : action % 4 == 1 ? (*decoder)->recover(packet, samples)
                                       : (*decoder)->decode(packet);
    if (pcm.ok() && (pcm->empty() || pcm->size() > kMostSamples * 2)) std::abort();
    if (!pcm.ok() && pcm.status().message().empty()) std::abort();
  }
  return 0;
}
