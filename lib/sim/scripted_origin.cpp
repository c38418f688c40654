#include "sim/scripted_origin.h"

#include <cstdlib>

#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

constexpr std::size_t kBlock = 8;
constexpr int kMark = 31;
constexpr int kLowBits = 31;
constexpr int kBlockBits = 18;  // of the block's number; ten more are the stream's

std::uint32_t code_of(std::uint32_t stream, std::int64_t block) {
  const auto number = static_cast<std::uint32_t>(block) & ((1U << kBlockBits) - 1);
  return (stream << kBlockBits | number) & 0x0FFFFFFFU;
}

int low_bits(std::int16_t sample) { return std::abs(static_cast<int>(sample)) & kLowBits; }

}  // namespace

void number_samples(std::span<std::int16_t> samples, std::uint32_t stream, std::int64_t first) {
  for (std::int16_t& sample : samples) {
    const auto place = static_cast<std::size_t>(first) % kBlock;
    const std::uint32_t code = code_of(stream, first / static_cast<std::int64_t>(kBlock));
    const int bits = place == 0 ? kMark : static_cast<int>(code >> (4 * (place - 1)) & 15U);
    sample = static_cast<std::int16_t>(sample < 0 ? sample - bits : sample + bits);
    ++first;
  }
}

SampleOrigin origin_of(std::span<const std::int16_t> samples) {
  for (std::size_t mark = 0; mark < kBlock && mark + kBlock <= samples.size(); ++mark) {
    if (low_bits(samples[mark]) != kMark) continue;
    std::uint32_t code = 0;
    for (std::size_t i = kBlock - 1; i > 0; --i) {
      const int bits = low_bits(samples[mark + i]);
      if (bits > 15) return {};
      code = code << 4 | static_cast<std::uint32_t>(bits);
    }
    const auto block = static_cast<std::int64_t>(code & ((1U << kBlockBits) - 1));
    const std::int64_t sample = block * static_cast<std::int64_t>(kBlock);
    if (sample < static_cast<std::int64_t>(mark)) return {};
    return {code >> kBlockBits, sample - static_cast<std::int64_t>(mark)};
  }
  return {};
}

}  // namespace voiceagent::sim
