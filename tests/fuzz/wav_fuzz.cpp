// Any bytes as a WAV file: refused with a reason, or read to the end that its header promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "voiceagent/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  auto reader = voiceagent::WavReader::from_bytes(bytes, "fuzz");
  if (!reader.ok()) {
    if (reader.status().message().empty()) std::abort();
    return 0;
  }
  std::vector<std::int16_t> samples(257);
  std::int64_t frames = 0;
  for (;;) {
    const auto count = reader->read_mono(samples);
    if (!count.ok()) std::abort();
    if (*count == 0) break;
    frames += static_cast<std::int64_t>(*count);
  }
  if (frames != reader->format().frames) std::abort();
  return 0;
}
