#include "audio/resampler.h"

#include <random>

#include "support/alloc_counter.h"
#include "support/catch.h"
#include "support/signals.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

constexpr int kRates[] = {4000, 8000, 11025, 16000, 22050, 24000, 44100, 48000, 192000};

std::unique_ptr<Resampler> make(int from, int to,
                                ResamplerQuality quality = ResamplerQuality::kFast) {
  auto resampler = Resampler::create(from, to, quality);
  REQUIRE(resampler.ok());
  return std::move(*resampler);
}

// The whole stream, in chunks of a size; 0 for random ones.
Samples convert(Resampler& resampler, std::span<const std::int16_t> in, std::size_t chunk) {
  std::minstd_rand random(7);
  Samples out;
  const auto append = [&out](std::span<const std::int16_t> some) {
    out.insert(out.end(), some.begin(), some.end());
  };
  while (!in.empty()) {
    const std::size_t size = chunk != 0 ? chunk : random() % 1500;
    const auto part = in.first(std::min(size, in.size()));
    append(resampler.process(part));
    in = in.subspan(part.size());
  }
  append(resampler.finish());
  return out;
}

}  // namespace

TEST_CASE("a stream keeps its length within one sample, for every pair of rates") {
  for (const int from : kRates) {
    for (const int to : kRates) {
      const auto resampler = make(from, to);
      for (const std::size_t count : {0, 1, 2, 160, 333, 4801}) {
        resampler->reset();
        const Samples out = convert(*resampler, noise(count, 10000), 320);
        const double expected = static_cast<double>(count) * to / from;
        CAPTURE(from, to, count);
        CHECK(std::abs(static_cast<double>(out.size()) - expected) <= 1);
      }
    }
  }
}

TEST_CASE("chunks of any size give the same samples") {
  const Samples in = noise(9001, 20000);
  for (const int to : {8000, 16000, 22050, 44100}) {
    const auto resampler = make(16000, to);
    const Samples whole = convert(*resampler, in, in.size());
    for (const std::size_t chunk : {1, 7, 160, 320, 1024, 4000, 0}) {
      resampler->reset();
      CAPTURE(to, chunk);
      REQUIRE(convert(*resampler, in, chunk) == whole);
    }
  }
}

TEST_CASE("a tone in the pass band keeps its frequency and its level") {
  for (const auto quality :
       {ResamplerQuality::kFast, ResamplerQuality::kMedium, ResamplerQuality::kBest}) {
    for (const auto& [from, to] : {std::pair{48000, 16000}, {8000, 48000}, {44100, 16000}}) {
      const auto resampler = make(from, to, quality);
      const auto out = convert(*resampler, sine(1000, from, static_cast<std::size_t>(from)), 0);
      CAPTURE(from, to);
      const auto middle = std::span(out).subspan(1000, out.size() - 2000);
      CHECK(amplitude_at(1000, to, middle) == Approx(16000).epsilon(0.01));
      const auto expected = sine(1000, to, out.size());
      CHECK(snr_db(std::span(expected).subspan(1000, middle.size()), middle) > 70);
    }
  }
}

TEST_CASE("what the lower rate can't hold is filtered out instead of aliasing") {
  // 10 kHz would come back as 6 kHz at 16,000 samples a second.
  const auto resampler = make(48000, 16000);
  const auto out = convert(*resampler, sine(10000, 48000, 48000), 960);
  CHECK(amplitude_at(6000, 16000, out) < 16000 / 1000.0);  // 60 dB
}

TEST_CASE("overshoot is clipped to full scale, not wrapped") {
  Samples square(4800);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = i / 40 % 2 == 0 ? 32767 : -32768;
  const auto out = convert(*make(16000, 48000), square, 320);
  int wrapped = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int in_half_period = static_cast<int>(i / 3 % 40);
    const bool near_edge = in_half_period < 3 || in_half_period > 36;
    if (!near_edge && (out[i] > 0) != (i / 120 % 2 == 0)) ++wrapped;
  }
  CHECK(wrapped == 0);
  CHECK(std::ranges::max(out) == 32767);
  CHECK(std::ranges::min(out) == -32768);
}

TEST_CASE("nothing is allocated once the largest input was seen") {
  const Samples in = noise(2000, 10000);
  for (const auto& [from, to] : {std::pair{44100, 16000}, {16000, 48000}, {8000, 8000}}) {
    const auto resampler = make(from, to);
    resampler->process(in);
    const auto before = allocations();
    for (std::size_t size = 0; size <= in.size(); size += 40) {
      resampler->process(std::span(in).first(size));
    }
    resampler->reset();
    resampler->process(in);
    CHECK(allocations() == before);
  }
}

TEST_CASE("equal rates pass through unchanged, with nothing left at the end") {
  const auto resampler = make(16000, 16000);
  const Samples in = noise(500, 32000);
  const auto out = resampler->process(in);
  CHECK(Samples(out.begin(), out.end()) == in);
  CHECK(resampler->finish().empty());
}

TEST_CASE("after finish the stream is over until reset") {
  const Samples in = noise(1000, 20000);
  for (const int to : {8000, 16000}) {
    const auto resampler = make(16000, to);
    const Samples first = convert(*resampler, in, 100);
    CHECK(resampler->process(in).empty());
    CHECK(resampler->finish().empty());
    resampler->reset();
    CHECK(convert(*resampler, in, 100) == first);
  }
}

TEST_CASE("rates outside the range are refused with a reason") {
  for (const auto& [from, to] :
       {std::pair{0, 16000}, {16000, -1}, {3999, 16000}, {16000, 192001}}) {
    const auto resampler = Resampler::create(from, to);
    REQUIRE_FALSE(resampler.ok());
    CHECK(resampler.status().code() == ErrorCode::kInvalidArgument);
    CHECK(resampler.status().message().find("4000") != std::string::npos);
  }
}
