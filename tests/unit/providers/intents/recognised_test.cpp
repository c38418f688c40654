// Understanding what a real recogniser made of real and synthetic speech: tests/data/intents.
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>

#include "matching.h"

namespace voiceagent::intents {
namespace {

struct Tally {
  int utterances = 0;
  int right = 0;
  int wrong = 0;
  int rejected = 0;
};

// Counts separately what means something (first) and what doesn't.
std::pair<Tally, Tally> count(const IntentsFile& file, std::istream& in) {
  std::pair<Tally, Tally> out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t tab = line.find('\t');
    const std::string meant = line.substr(0, tab);
    const Match found = match(file, line.substr(line.rfind('\t') + 1), {});
    Tally& tally = meant == "-" ? out.second : out.first;
    ++tally.utterances;
    if (found.intent == nullptr) {
      ++tally.rejected;
    } else {
      ++(found.intent->name == meant ? tally.right : tally.wrong);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("intents: recognised speech with a third of its words wrong is understood or refused") {
  const std::string folder = VA_TEST_DATA_DIR "/intents/";
  Result<IntentsFile> file = load_intents(folder + "home.json");
  INFO(file.status().message());
  REQUIRE(file.ok());
  std::ifstream in(folder + "heard.tsv");
  REQUIRE(in.good());
  const auto [meant, foreign] = count(*file, in);
  std::cout << "intents: of " << meant.utterances << " utterances " << meant.right
            << " understood, " << meant.wrong << " misunderstood, " << meant.rejected
            << " refused; of " << foreign.utterances << " foreign ones " << foreign.wrong
            << " accepted\n";
  REQUIRE(meant.utterances > 50);
  REQUIRE(foreign.utterances > 50);
  CHECK(meant.right * 100 >= meant.utterances * 75);
  CHECK(meant.wrong <= 1);
  CHECK(foreign.wrong <= 1);
}

}  // namespace voiceagent::intents
