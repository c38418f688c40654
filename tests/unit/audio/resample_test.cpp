#include "voiceagent/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "support/catch.h"

namespace {

using voiceagent::SampleRateConverter;

std::vector<std::int16_t> tone(int rate, std::size_t count) {
  std::vector<std::int16_t> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = 2 * 3.14159265358979 * 440 * static_cast<double>(i) / rate;
    samples[i] = static_cast<std::int16_t>(std::lround(10'000 * std::sin(angle)));
  }
  return samples;
}

std::vector<std::int16_t> converted(SampleRateConverter& converter,
                                    std::span<const std::int16_t> samples, std::size_t piece) {
  std::vector<std::int16_t> result;
  while (!samples.empty()) {
    const auto part = samples.first(std::min(piece, samples.size()));
    const auto out = converter.convert(part);
    result.insert(result.end(), out.begin(), out.end());
    samples = samples.subspan(part.size());
  }
  const auto rest = converter.finish();
  result.insert(result.end(), rest.begin(), rest.end());
  return result;
}

}  // namespace

TEST_CASE("a converted tone keeps its length, its level and its place in time") {
  auto converter = SampleRateConverter::create(8'000, 16'000);
  REQUIRE(converter.ok());
  const auto out = converted(*converter, tone(8'000, 8'000), 160);
  const auto wanted = tone(16'000, 16'000);
  REQUIRE(out.size() == wanted.size());
  for (std::size_t i = 1'000; i < 15'000; ++i) REQUIRE(std::abs(out[i] - wanted[i]) < 300);
}

TEST_CASE("how the samples are cut into pieces doesn't change the conversion") {
  auto converter = SampleRateConverter::create(48'000, 16'000);
  REQUIRE(converter.ok());
  const auto samples = tone(48'000, 20'000);
  const auto whole = converted(*converter, samples, samples.size());
  CHECK(converted(*converter, samples, 7) == whole);
  CHECK(converted(*converter, samples, 960) == whole);
}

TEST_CASE("equal rates pass the samples through") {
  auto converter = SampleRateConverter::create(16'000, 16'000);
  REQUIRE(converter.ok());
  const auto samples = tone(16'000, 1'000);
  CHECK(converted(*converter, samples, 33) == samples);
}

TEST_CASE("a rate out of range is refused with both rates in the message") {
  const auto converter = SampleRateConverter::create(300, 16'000);
  REQUIRE_FALSE(converter.ok());
  CHECK(converter.status().code() == voiceagent::ErrorCode::kInvalidArgument);
  CHECK(converter.status().message().find("300") != std::string::npos);
}
