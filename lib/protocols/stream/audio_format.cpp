#include "protocols/stream/audio_format.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

namespace voiceagent::protocols::stream {
namespace {

constexpr std::int64_t kRates[] = {8'000, 16'000, 24'000, 48'000};

}  // namespace

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::kS16le: return "s16le";
    case Encoding::kMulaw: return "mulaw";
    case Encoding::kOpus: return "opus";
  }
  return "";
}

Result<Encoding> parse_encoding(std::string_view name) {
  for (const Encoding encoding : {Encoding::kS16le, Encoding::kMulaw, Encoding::kOpus}) {
    if (to_string(encoding) == name) return encoding;
  }
  return invalid_argument("`encoding` must be s16le, mulaw or opus");
}

int default_rate(Encoding encoding) { return encoding == Encoding::kMulaw ? 8'000 : 16'000; }

Result<AudioFormat> make_audio_format(Encoding encoding, std::int64_t sample_rate) {
  if (encoding == Encoding::kMulaw && sample_rate != 8'000) {
    return invalid_argument("`sample_rate` of mulaw must be 8000");
  }
  if (std::ranges::find(kRates, sample_rate) == std::end(kRates)) {
    return invalid_argument("`sample_rate` of " + std::string(to_string(encoding)) +
                            " must be 8000, 16000, 24000 or 48000");
  }
  return AudioFormat{encoding, static_cast<int>(sample_rate)};
}

}  // namespace voiceagent::protocols::stream
