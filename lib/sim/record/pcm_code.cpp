#include "sim/record/pcm_code.h"

#include <algorithm>
#include <array>

namespace voiceagent {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 26;
constexpr int kOrders = 3;            // predicted to be nothing, as before, on the same line
constexpr int kEscape = 24;           // so many ones stand for a residual that follows as it is
constexpr int kRawBits = 18;          // of a folded residual, at most
constexpr int kMaxShift = 15;         // of the Rice code
constexpr std::uint8_t kSame = 0xFF;  // instead of a prediction: all samples are the same

// The last two samples; what comes next is predicted from them.
struct History {
  int last = 0;
  int before = 0;

  int predict(int order) const {
    if (order == 0) return 0;
    return order == 1 ? last : 2 * last - before;
  }
  void add(int sample) {
    before = last;
    last = sample;
  }
};

std::uint32_t fold(int residual) {
  return (static_cast<std::uint32_t>(residual) << 1) ^ static_cast<std::uint32_t>(residual >> 31);
}
int unfold(std::uint32_t folded) {
  return static_cast<int>(folded >> 1) ^ -static_cast<int>(folded & 1);
}

class BitWriter {
 public:
  explicit BitWriter(ByteWriter& out) : out_(out) {}
  void put(std::uint32_t value, int bits) {
    held_ = (held_ << bits) | (value & ((std::uint64_t{1} << bits) - 1));
    for (count_ += bits; count_ >= 8; count_ -= 8) {
      out_.byte(static_cast<std::uint8_t>(held_ >> (count_ - 8)));
    }
  }
  void finish() {
    if (count_ > 0) put(0, 8 - count_);
  }

 private:
  ByteWriter& out_;
  std::uint64_t held_ = 0;
  int count_ = 0;
};

class BitReader {
 public:
  explicit BitReader(ByteReader& in) : in_(in) {}
  std::uint32_t get(int bits) {
    for (; count_ < bits; count_ += 8) held_ = (held_ << 8) | in_.byte();
    count_ -= bits;
    return static_cast<std::uint32_t>((held_ >> count_) & ((std::uint64_t{1} << bits) - 1));
  }

 private:
  ByteReader& in_;
  std::uint64_t held_ = 0;
  int count_ = 0;
};

struct Plan {
  int order = 0;
  int shift = 0;
};

// The order that leaves least over, and the shift that suits its mean.
Plan plan(std::span<const std::int16_t> block, const History& history) {
  std::array<std::uint64_t, kOrders> sums{};
  History at = history;
  for (const std::int16_t sample : block) {
    for (int order = 0; order < kOrders; ++order) {
      sums[static_cast<std::size_t>(order)] += fold(sample - at.predict(order));
    }
    at.add(sample);
  }
  const auto best = std::min_element(sums.begin(), sums.end());
  Plan plan{static_cast<int>(best - sums.begin()), 0};
  while (plan.shift < kMaxShift && (block.size() << (plan.shift + 1)) <= *best) ++plan.shift;
  return plan;
}

void write_block(ByteWriter& out, std::span<const std::int16_t> block, History& history) {
  if (std::adjacent_find(block.begin(), block.end(), std::not_equal_to<>()) == block.end()) {
    out.byte(kSame);
    out.signed_number(block[0]);
    history = {block[0], block[0]};
    return;
  }
  const Plan how = plan(block, history);
  out.byte(static_cast<std::uint8_t>(how.order << 4 | how.shift));
  BitWriter bits(out);
  for (const std::int16_t sample : block) {
    const std::uint32_t folded = fold(sample - history.predict(how.order));
    const std::uint32_t ones = folded >> how.shift;
    if (ones >= kEscape) {
      bits.put(~0U, kEscape);
      bits.put(folded, kRawBits);
    } else {
      bits.put(~1U, static_cast<int>(ones) + 1);
      bits.put(folded, how.shift);
    }
    history.add(sample);
  }
  bits.finish();
}

void read_block(ByteReader& in, std::span<std::int16_t> block, History& history) {
  const std::uint8_t how = in.byte();
  if (how == kSame) {
    const auto value = static_cast<std::int16_t>(in.signed_number());
    std::fill(block.begin(), block.end(), value);
    history = {value, value};
    return;
  }
  const int order = how >> 4;
  const int shift = how & 0x0F;
  if (order >= kOrders) return in.fail();
  BitReader bits(in);
  for (std::int16_t& sample : block) {
    std::uint32_t ones = 0;
    while (ones < kEscape && bits.get(1) == 1) ++ones;
    const std::uint32_t folded =
        ones == kEscape ? bits.get(kRawBits) : (ones << shift) | bits.get(shift);
    sample = static_cast<std::int16_t>(history.predict(order) + unfold(folded));
    history.add(sample);
    if (!in.ok()) return;
  }
}

}  // namespace

void write_pcm(ByteWriter& out, std::span<const std::int16_t> samples) {
  out.number(samples.size());
  History history;
  while (!samples.empty()) {
    const auto block = samples.first(std::min(kBlock, samples.size()));
    write_block(out, block, history);
    samples = samples.subspan(block.size());
  }
}

void read_pcm(ByteReader& in, std::vector<std::int16_t>& samples) {
  samples.clear();
  const std::uint64_t count = in.number();
  if (count > kMostSamples) return in.fail();
  History history;
  while (in.ok() && samples.size() < count) {
    const std::size_t begin = samples.size();
    samples.resize(begin + std::min(kBlock, static_cast<std::size_t>(count) - begin));
    read_block(in, std::span(samples).subspan(begin), history);
  }
  if (!in.ok()) samples.clear();
}

}  // namespace voiceagent
