#include "support/speech.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text.h"
#include "support/catch.h"
#include "support/signals.h"
#if VOICEAGENT_WITH_FLITE
#include "providers/tts/flite/flite_tts.h"
#include "support/tts_probe.h"
#include "support/workbench.h"
#endif

namespace voiceagent::test {

#if VOICEAGENT_WITH_FLITE

std::optional<Pcm> spoken(std::string_view text) {
  const Result<Options> options =
      check_options(flite_tts_info().options, Options().set("voice", std::string("rms")));
  const std::shared_ptr<TtsProvider> provider = make_flite_tts(options.value(), {}).value();
  const Workbench bench = Workbench::virtual_time();
  TtsProbe probe;
  std::unique_ptr<TtsStream> stream;
  bench.call([&] {
    TtsRequest request;
    request.context = bench.context();
    stream = provider->start(request, probe).value();
    stream->text(text);
    stream->finish();
  });
  REQUIRE(bench.wait(probe, [](const TtsRecord& r) { return r.count('c') == 1; }));
  const TtsRecord record = probe.record();
  REQUIRE(record.sample_rate == 16'000);
  return Pcm{record.samples, record.sample_rate};
}

#else

std::optional<Pcm> spoken(std::string_view text) {
  WARN("skipped, because flite is not part of this build: \"" << text << '"');
  return std::nullopt;
}

#endif

Pcm in_a_room(const Pcm& pcm, Duration before, Duration after) {
  const auto lead = static_cast<std::size_t>(duration_to_samples(before, pcm.sample_rate));
  const auto tail = static_cast<std::size_t>(duration_to_samples(after, pcm.sample_rate));
  Pcm room{noise(lead + pcm.samples.size() + tail, 8), pcm.sample_rate};
  for (std::size_t i = 0; i < pcm.samples.size(); ++i) {
    const int sum = room.samples[lead + i] + pcm.samples[i];
    room.samples[lead + i] = static_cast<std::int16_t>(std::clamp(sum, -32768, 32767));
  }
  return room;
}

int word_errors(std::string_view wanted, std::string_view heard) {
  const std::vector<std::string_view> right = split_words(wanted);
  const std::vector<std::string_view> got = split_words(heard);
  std::vector<int> above(got.size() + 1);
  for (std::size_t j = 0; j <= got.size(); ++j) above[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= right.size(); ++i) {
    std::vector<int> row(got.size() + 1, static_cast<int>(i));
    for (std::size_t j = 1; j <= got.size(); ++j) {
      const int wrong = right[i - 1] == got[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + wrong});
    }
    above = row;
  }
  return above.back();
}

}  // namespace voiceagent::test
