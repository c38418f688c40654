// The error rate over recordings of people, where there are some: a folder with a manifest.json.
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "providers/stt/pocketsphinx/pocketsphinx_stt.h"
#include "support/catch.h"
#include "support/speech.h"
#include "support/stt_subject.h"
#include "voiceagent/json.h"
#include "voiceagent/wav.h"

using namespace voiceagent;
using test::SttSubject;
using test::Workbench;

namespace {

struct Recording {
  std::string transcript;
  Pcm pcm;
};

std::string folder() {
  const char* given = std::getenv("VOICEAGENT_TEST_AUDIO");
  return given != nullptr ? given : VA_TEST_DATA_DIR "/../../../shared/audio/dev";
}

// Lower case, without punctuation.
std::string plain(std::string_view text) {
  std::string words = to_lower(text);
  for (char& c : words) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '\'') c = ' ';
  }
  return words;
}

// Single utterances of ordinary speech; isolated digits, calls and conversations are left out.
std::vector<Recording> recordings() {
  std::vector<Recording> all;
  std::ifstream file(folder() + "/manifest.json");
  if (!file) {
    WARN("skipped: no recordings in " << folder() << " (VOICEAGENT_TEST_AUDIO names the folder)");
    return all;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Result<Json> manifest = Json::parse(text);
  REQUIRE(manifest.ok());
  const Json files = (*manifest)["files"];
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string name(files.at(i)["file"].string());
    const std::string_view transcript = files.at(i)["transcript"].string();
    bool plain_speech = !transcript.empty();
    for (const char* other : {"digits_", "session_", "dialogue_", "phone", "gcp_quit"}) {
      if (name.starts_with(other)) plain_speech = false;
    }
    if (!plain_speech) continue;
    Result<Pcm> pcm = read_wav(folder() + "/" + name);
    INFO(pcm.status().message());
    REQUIRE(pcm.ok());
    all.push_back({plain(transcript), std::move(pcm).value()});
  }
  return all;
}

// In percent; nothing when there are no recordings.
std::optional<double> word_error_rate(const char* decode) {
  const std::vector<Recording> all = recordings();
  if (all.empty()) return std::nullopt;
  const auto options = check_options(pocketsphinx_stt_info().options,
                                     Options()
                                         .set("decode", std::string(decode))
                                         .set("max_decoders", std::int64_t{2})
                                         .set("decoder_timeout_ms", std::int64_t{600'000}));
  const auto provider = make_pocketsphinx_stt(options.value(), {nullptr, make_null_logger()});
  REQUIRE(provider.ok());
  const Workbench bench = Workbench::real_threads();
  std::list<SttSubject> subjects;
  for (const Recording& recording : all) {
    SttSubject& subject = subjects.emplace_back(*provider, bench);
    REQUIRE(subject.start().ok());
    REQUIRE(subject.audio(recording.pcm.samples));
    subject.finish();
  }
  int errors = 0;
  std::size_t words = 0;
  auto recording = all.begin();
  for (SttSubject& subject : subjects) {
    REQUIRE(subject.wait_closed());
    errors += test::word_errors(recording->transcript, plain(subject.record().text()));
    words += split_words(recording->transcript).size();
    ++recording;
  }
  REQUIRE(words > 100);
  return 100.0 * errors / static_cast<double>(words);
}

}  // namespace

TEST_CASE("recordings of people are understood, decoded as a whole") {
  if (const auto rate = word_error_rate("whole")) CHECK(*rate < 29.5);
}

TEST_CASE("recordings of people are understood, decoded live") {
  if (const auto rate = word_error_rate("live")) CHECK(*rate < 34);
}
