// Speech that spells its words: the level of a square wave is a code for the character, and the
// next character's level differs even when the character is the same.
#include "sim/speech.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

constexpr int kBaseLevel = 4000;  // of the lowest code: -18 dB of full scale
constexpr int kLevelStep = 32;    // between codes
constexpr int kFirstByte = 32;    // space
constexpr int kLastByte = 126;    // tilde
constexpr int kCodes = kLastByte - kFirstByte + 1;
constexpr std::size_t kHalfPeriod = 16;  // samples: 500 Hz at 16 kHz
using HalfPeriod = std::array<std::int16_t, kHalfPeriod>;
constexpr int kPauseSamples = 80;  // so many zeros in a row are a pause

// Characters alternate between two ranges of levels, so that "ll" reads as two.
int level_of(char c, bool odd) {
  const int byte = static_cast<unsigned char>(c);
  const int code = byte < kFirstByte || byte > kLastByte ? '?' - kFirstByte : byte - kFirstByte;
  return kBaseLevel + (2 * code + (odd ? 1 : 0)) * kLevelStep;
}

}  // namespace

std::size_t speech_samples(std::string_view text, int sample_rate) {
  return text.size() * static_cast<std::size_t>(duration_to_samples(kCharacterTime, sample_rate));
}

namespace {

// How many samples at the beginning are the same: not always all of them. REQUIRES: some.
std::size_t equal_samples(std::span<const std::int16_t> samples) {
  if (samples.size() <= kHalfPeriod) return 1;
  return std::memcmp(samples.data(), samples.data() + 1, kHalfPeriod * sizeof(std::int16_t)) == 0
             ? kHalfPeriod
             : 1;
}

enum class Voice { kUser, kAgent };

// Whether a half period is above or below zero: as if by chance, and by another for either voice.
// A steady tone can be made out of whatever else has its frequency, which is what an echo canceller
// tries.
bool is_up(std::size_t half_period, Voice voice) {
  auto bits = static_cast<std::uint32_t>(half_period);
  if (voice == Voice::kUser) bits = ~bits;
  // the end of MurmurHash3, which spreads every bit over all
  bits *= 0x85EB'CA6B;
  bits ^= bits >> 13;
  bits *= 0xC2B2'AE35;
  bits ^= bits >> 16;
  return bits % 2 == 0;
}

void fill(std::string_view text, int sample_rate, std::size_t begin, Voice voice,
          std::span<std::int16_t> samples) {
  const auto per_character =
      static_cast<std::size_t>(duration_to_samples(kCharacterTime, sample_rate));
  std::size_t number = begin / per_character;
  std::size_t i = begin % per_character;  // of the character's samples
  for (auto rest = samples; !rest.empty(); ++number, i = 0) {
    const int level = level_of(text[number], number % 2 != 0);
    const std::size_t end = std::min(per_character, i + rest.size());
    const std::size_t halves = number * (per_character / kHalfPeriod);
    while (i < end) {
      const bool up = is_up(halves + i / kHalfPeriod, voice);
      const std::size_t count = std::min(end - i, kHalfPeriod - i % kHalfPeriod);
      HalfPeriod half;
      half.fill(static_cast<std::int16_t>(up ? level : -level));
      std::memcpy(rest.data(), half.data(), count * sizeof(std::int16_t));
      rest = rest.subspan(count);
      i += count;
    }
  }
}

}  // namespace

void speak_part(std::string_view text, int sample_rate, std::size_t begin,
                std::span<std::int16_t> samples) {
  fill(text, sample_rate, begin, Voice::kAgent, samples);
}

Pcm speak(std::string_view text, int sample_rate) {
  Pcm pcm;
  pcm.sample_rate = sample_rate;
  pcm.samples.resize(speech_samples(text, sample_rate));
  fill(text, sample_rate, 0, Voice::kUser, pcm.samples);
  return pcm;
}

Pcm silence(Duration length, int sample_rate) {
  Pcm pcm;
  pcm.sample_rate = sample_rate;
  pcm.samples.resize(static_cast<std::size_t>(duration_to_samples(length, sample_rate)));
  return pcm;
}

// A square wave, and silence, are long runs of one sample.
void SpeechReader::add(std::span<const std::int16_t> samples) {
  int last_level = 0;
  for (auto rest = samples; !rest.empty();) {
    const int level = std::abs(static_cast<int>(rest.front()));
    const std::size_t run = equal_samples(rest);
    rest = rest.subspan(run);
    if (level == last_level && level >= kBaseLevel) continue;  // the same character goes on
    last_level = level;
    if (level < kBaseLevel) {
      const bool paused = zeros_ >= kPauseSamples;
      zeros_ = std::min(kPauseSamples, zeros_ + static_cast<int>(run));
      if (!paused && zeros_ == kPauseSamples) end_word();
      continue;
    }
    zeros_ = 0;
    const int code = (level - kBaseLevel) / kLevelStep + 1;
    if (code == last_code_ || code > 2 * kCodes) continue;
    last_code_ = code;
    text_ += static_cast<char>(kFirstByte + (code - 1) / 2);
  }
}

void SpeechReader::end_word() {
  last_code_ = 0;
  if (!text_.empty() && text_.back() != ' ') text_ += ' ';
}

void SpeechReader::clear() {
  text_.clear();
  last_code_ = 0;
  zeros_ = 0;
}

}  // namespace voiceagent::sim
