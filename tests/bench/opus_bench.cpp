// What Opus costs per 20 ms frame of speech at 48 kHz, and what a coder weighs.
#include <benchmark/benchmark.h>

#if VOICEAGENT_WITH_OPUS

#include <memory>
#include <vector>

#include "audio/opus_codec.h"
#include "bench/heap.h"
#include "bench/voice.h"

namespace voiceagent::bench {
namespace {

constexpr int kRate = 48'000;

using Packets = std::vector<std::vector<std::uint8_t>>;

// A second and a bit of packets, each with a copy of the one before.
Packets make_packets() {
  const auto encoder = must(OpusEncoder::create({.fec = true, .expected_loss = 10}));
  Voice voice(kRate);
  Packets packets(60);
  for (auto& packet : packets) {
    const auto bytes = must(encoder->encode(voice.next()));
    packet.assign(bytes.begin(), bytes.end());
  }
  return packets;
}

void opus_encode(benchmark::State& state) {
  const OpusEncoderOptions options{.complexity = static_cast<int>(state.range(0)),
                                   .fec = state.range(1) != 0,
                                   .expected_loss = state.range(1) != 0 ? 10 : 0};
  const auto encoder = must(OpusEncoder::create(options));
  Voice voice(kRate);
  for (auto _ : state) benchmark::DoNotOptimize(must(encoder->encode(voice.next())).data());
  state.counters["bytes"] =
      bytes_each<std::unique_ptr<OpusEncoder>>([&] { return must(OpusEncoder::create(options)); });
}
BENCHMARK(opus_encode)
    ->ArgNames({"complexity", "fec"})
    ->ArgsProduct({{0, 5, 10}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

// What a receiver does with a packet: take it, or do without every second one.
enum class Reception { kWhole, kConcealed, kRecovered };

void opus_decode(benchmark::State& state, Reception reception) {
  const Packets packets = make_packets();
  const auto decoder = must(OpusDecoder::create(kRate));
  std::size_t i = 0;
  for (auto _ : state) {
    const bool lost = reception != Reception::kWhole && i % 2 == 1;
    const auto& next = packets[(i + 1) % packets.size()];
    const auto pcm = !lost                                ? decoder->decode(packets[i])
                     : reception == Reception::kConcealed ? decoder->conceal(960)
                                                          : decoder->recover(next, 960);
    benchmark::DoNotOptimize(must(pcm).data());
    i = (i + 1) % packets.size();
  }
  state.counters["bytes"] = bytes_each<std::unique_ptr<OpusDecoder>>([] {
    auto fresh = must(OpusDecoder::create(kRate));
    (void)fresh->conceal(960);
    return fresh;
  });
}
BENCHMARK_CAPTURE(opus_decode, every_packet, Reception::kWhole)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(opus_decode, half_concealed, Reception::kConcealed)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(opus_decode, half_recovered, Reception::kRecovered)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace voiceagent::bench

#endif
