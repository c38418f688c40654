// How often the scorer is right, on utterances in tests/data/turns.
#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "core/turn/completeness.h"
#include "support/catch.h"

namespace voiceagent {
namespace {

struct Utterance {
  bool complete = false;
  std::string text;
};

std::vector<Utterance> read_set(const std::string& name) {
  const std::string path = std::string(VA_TEST_DATA_DIR) + "/turns/" + name;
  std::ifstream file(path);
  REQUIRE(file);
  std::vector<Utterance> set;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    const std::string label = line.substr(0, tab);
    REQUIRE((label == "complete" || label == "unfinished"));
    set.push_back({label == "complete", line.substr(tab + 1)});
  }
  return set;
}

// What a recogniser makes of a word.
std::string mishear(const std::string& word, std::mt19937& random) {
  constexpr std::array<std::array<std::string_view, 2>, 36> kAlike{
      {{"to", "two"},     {"for", "four"},     {"a", "the"},     {"the", "a"},
       {"and", "in"},     {"in", "and"},       {"is", "as"},     {"i", "eye"},
       {"my", "by"},      {"of", "off"},       {"at", "that"},   {"it", "at"},
       {"with", "will"},  {"you", "your"},     {"can", "could"}, {"do", "to"},
       {"are", "our"},    {"on", "an"},        {"what", "but"},  {"when", "then"},
       {"not", "now"},    {"have", "of"},      {"was", "what"},  {"from", "form"},
       {"me", "my"},      {"i'd", "i"},        {"i'm", "am"},    {"what's", "was"},
       {"there", "they"}, {"please", "plays"}, {"five", "fine"}, {"nine", "night"},
       {"be", "he"},      {"his", "is"},       {"no", "know"},   {"need", "meet"}}};
  constexpr std::array<std::string_view, 8> kOthers{"house", "day",  "right", "man",
                                                    "great", "call", "thing", "later"};
  for (const auto& pair : kAlike) {
    if (pair[0] == word) return std::string(pair[1]);
  }
  return std::string(kOthers[random() % kOthers.size()]);
}

// Of ten words, three are misheard: two substituted, and half a one each lost and made up.
std::string garble(const std::string& text, std::mt19937& random) {
  std::string out;
  const auto add = [&](std::string_view word) {
    if (!out.empty()) out += ' ';
    out += word;
  };
  for (const std::string_view word : split_words(text)) {
    const auto dice = random() % 100;
    if (dice < 20) {
      add(mishear(std::string(word), random));
    } else if (dice >= 25) {
      add(word);
    }
    if (dice >= 95) add(mishear("", random));
  }
  return out;
}

struct Result {
  int complete = 0;
  int complete_right = 0;
  int complete_certain = 0;
  int unfinished = 0;
  int unfinished_right = 0;
  int unfinished_certain = 0;

  double right() const {
    return double(complete_right + unfinished_right) / (complete + unfinished);
  }
  // Given the shortest silence, though they were not done.
  double cut() const { return double(unfinished - unfinished_right) / unfinished; }
  double certain() const { return double(unfinished_certain) / unfinished; }
};

Result score(const std::vector<Utterance>& set, std::string_view language) {
  Result result;
  for (const Utterance& utterance : set) {
    const float p = score_completeness(utterance.text, language).probability;
    const int says = p >= kCompleteThreshold ? 1 : 0;
    const int certain = p >= kCertainThreshold ? 1 : 0;
    if (utterance.complete) {
      ++result.complete;
      result.complete_right += says;
      result.complete_certain += certain;
    } else {
      ++result.unfinished;
      result.unfinished_right += 1 - says;
      result.unfinished_certain += certain;
    }
  }
  return result;
}

Result measure(const std::string& name, std::string_view language = "en-US") {
  const Result result = score(read_set(name), language);
  std::printf(
      "%-22s right %5.1f %%; complete %d of %d (%d certain); unfinished %d of %d, %.1f %% cut "
      "(%d certain)\n",
      name.c_str(), 100 * result.right(), result.complete_right, result.complete,
      result.complete_certain, result.unfinished_right, result.unfinished, 100 * result.cut(),
      result.unfinished_certain);
  return result;
}

// Ten garbled copies of a set together.
Result measure_garbled(const std::string& name) {
  std::mt19937 random(20);
  std::vector<Utterance> garbled;
  for (int copy = 0; copy < 10; ++copy) {
    for (const Utterance& utterance : read_set(name)) {
      garbled.push_back({utterance.complete, garble(utterance.text, random)});
    }
  }
  const Result result = score(garbled, "en-US");
  std::printf(
      "%-14s garbled right %5.1f %%; complete %.1f %%; unfinished %.1f %% cut (%.1f %% certain)\n",
      name.c_str(), 100 * result.right(), 100.0 * result.complete_right / result.complete,
      100 * result.cut(), 100 * result.certain());
  return result;
}

TEST_CASE("nine of ten utterances that were held apart are judged right") {
  const Result result = measure("held_apart.txt");
  REQUIRE(result.complete == 100);
  REQUIRE(result.unfinished == 100);
  CHECK(result.right() >= 0.9);
  CHECK(result.complete_right >= 90);
}

TEST_CASE("one in twenty unfinished utterances at most is given the shortest silence") {
  const Result result = measure("held_apart.txt");
  CHECK(result.cut() <= 0.05);
  CHECK(result.certain() <= 0.03);
  CHECK(result.complete_certain >= 60);
}

TEST_CASE("the utterances that the rules were made with are judged right") {
  CHECK(measure("built_with.txt").right() >= 0.97);
  CHECK(measure("german.txt", "de-DE").right() >= 0.95);
}

TEST_CASE("three misheard words of ten leave most judgements right") {
  for (const char* set : {"built_with.txt", "held_apart.txt"}) {
    const Result result = measure_garbled(set);
    CHECK(result.right() >= 0.7);
    CHECK(result.cut() <= 0.3);
    CHECK(result.certain() <= 0.2);
  }
}

}  // namespace
}  // namespace voiceagent
