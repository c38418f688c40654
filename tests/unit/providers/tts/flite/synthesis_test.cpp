#include "providers/tts/flite/synthesis.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;
using flite::synthesize;

namespace {

// Gathers an utterance, and stops it after `limit` pieces of audio.
class Gather final : public flite::Listener {
 public:
  explicit Gather(int limit = 1'000'000) : limit_(limit) {}

  void words(std::vector<SpokenSpan> words) override {
    CHECK(samples.empty());
    spans = std::move(words);
  }
  bool audio(std::span<const std::int16_t> piece) override {
    samples.insert(samples.end(), piece.begin(), piece.end());
    longest = std::max(longest, piece.size());
    return ++pieces < limit_;
  }

  std::vector<SpokenSpan> spans;
  std::vector<std::int16_t> samples;
  std::size_t longest = 0;
  int pieces = 0;

 private:
  const int limit_;
};

Gather speak(std::string_view text, std::string_view voice = "kal16", double speed = 1.0,
             int limit = 1'000'000) {
  Gather gather(limit);
  for (const flite::Utterance& utterance : flite::split_text(text)) {
    synthesize(utterance, flite::find_voice(voice).value(), speed, gather);
  }
  return gather;
}

std::string_view source(std::string_view text, const SpokenSpan& span) {
  return text.substr(span.text.begin, span.text.end - span.text.begin);
}

std::int64_t length(const SpokenSpan& span) { return span.end_sample - span.begin_sample; }

double loudness(const std::vector<std::int16_t>& samples, std::int64_t begin, std::int64_t end) {
  double sum = 0;
  for (std::int64_t i = begin; i < end; ++i) {
    const double sample = samples[static_cast<std::size_t>(i)];
    sum += sample * sample;
  }
  return sum / static_cast<double>(end - begin);
}

}  // namespace

TEST_CASE("flite: a number's words all belong to the digits that were written") {
  constexpr std::string_view kText = "It costs $3, not 1,250.";
  const Gather got = speak(kText);
  REQUIRE(got.spans.size() == 5);
  CHECK(source(kText, got.spans[2]) == "$3,");
  CHECK(source(kText, got.spans[4]) == "1,250.");
  // "three dollars" and "one thousand two hundred fifty" against "three" and "one".
  constexpr std::string_view kShort = "It costs 3, not 1.";
  const Gather words = speak(kShort);
  REQUIRE(words.spans.size() == 5);
  CHECK(length(got.spans[2]) > length(words.spans[2]) + 4000);
  CHECK(length(got.spans[4]) > 3 * length(words.spans[4]));
}

TEST_CASE("flite: an amount parted from its unit is still spoken in the order of the text") {
  constexpr std::string_view kText = "He owes $3 million to Dr. Smith.";
  const Gather got = speak(kText);
  REQUIRE(got.spans.size() == 7);
  CHECK(source(kText, got.spans[2]) == "$3");
  CHECK(source(kText, got.spans[3]) == "million");
  CHECK(source(kText, got.spans[5]) == "Dr.");
  CHECK(length(got.spans[5]) > 4000);  // "doctor"
}

TEST_CASE("flite: every voice begins at its first word and is silent after the last") {
  for (const std::string& voice : flite::voice_names()) {
    CAPTURE(voice);
    const Gather got = speak("Hello there, how are you?", voice);
    REQUIRE(got.spans.size() == 5);
    CHECK(got.spans.front().begin_sample == flite::kSampleRate / 100);
    const std::int64_t end = got.spans.back().end_sample;
    const auto count = static_cast<std::int64_t>(got.samples.size());
    REQUIRE(end < count);
    const double speech = loudness(got.samples, 0, end);
    CHECK(loudness(got.samples, end + (count - end) / 2, count) < speech / 100);
  }
}

TEST_CASE("flite: audio comes in pieces of about 20 ms") {
  for (const std::string& voice : flite::voice_names()) {
    CAPTURE(voice);
    CHECK(speak("Hello there, how are you?", voice).longest <= 480);
  }
}

TEST_CASE("flite: a listener that has had enough gets no more") {
  for (const std::string& voice : flite::voice_names()) {
    CAPTURE(voice);
    CHECK(speak("Hello there, how are you?", voice, 1.0, 5).pieces == 5);
  }
}

TEST_CASE("flite: speed changes how long it lasts, and the times with it") {
  for (const char* voice : {"kal16", "rms"}) {
    CAPTURE(voice);
    const Gather usual = speak("The quick brown fox.", voice);
    const Gather fast = speak("The quick brown fox.", voice, 2.0);
    REQUIRE(fast.spans.size() == usual.spans.size());
    CHECK(fast.samples.size() * 10 < usual.samples.size() * 7);
    CHECK(fast.spans.back().end_sample * 10 < usual.spans.back().end_sample * 7);
  }
}

TEST_CASE("flite: kal16 repeats itself exactly") {
  CHECK(speak("Hello there.").samples == speak("Hello there.").samples);
}

TEST_CASE("flite: a word without a sound belongs to the one before it") {
  constexpr std::string_view kText = "one <> two";
  flite::Utterance utterance = flite::split_text("one two").front();
  utterance.insert(utterance.begin() + 1, {"", "<>", "", {4, 6}});
  utterance.back().source = {7, 10};
  Gather got;
  synthesize(utterance, flite::find_voice("kal16").value(), 1.0, got);
  REQUIRE(got.spans.size() == 2);
  CHECK(source(kText, got.spans[0]) == "one <>");
  CHECK(source(kText, got.spans[1]) == "two");
}

TEST_CASE("flite: an utterance without any sound brings neither words nor audio") {
  for (const std::string& voice : flite::voice_names()) {
    CAPTURE(voice);
    Gather got;
    synthesize({{"", "<>", "", {0, 2}}}, flite::find_voice(voice).value(), 1.0, got);
    CHECK(got.spans.empty());
    CHECK(got.pieces == 0);
    synthesize({}, flite::find_voice(voice).value(), 1.0, got);
    CHECK(got.pieces == 0);
  }
}
