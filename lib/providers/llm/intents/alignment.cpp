#include "providers/llm/intents/alignment.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace voiceagent::intents {
namespace {

// An open slot says less than a word that was expected, and a short capture is the likelier one.
constexpr float kOpenSlotWeight = 0.3F;
constexpr float kOpenSlotWord = 0.02F;
// A listed value must be heard, not guessed.
constexpr float kLeastListed = 0.65F;
// Words taken together or apart are a little less certain.
constexpr float kJoining = 0.1F;
// The fewer words there are, the more a mistake in them counts.
constexpr float kEvidence = 0.7F;

}  // namespace

HeardWords::HeardWords(std::vector<Word> heard, const Vocabulary& vocabulary)
    : words(std::move(heard)), similarities(vocabulary.compare(words)) {
  weights.reserve(words.size());
  for (const Word& word : words) weights.push_back(weight_of(word.text));
}

void Alignment::consider(std::uint32_t place, std::uint32_t used, float cost, float weight) {
  const Cell& from = cell(place, used);
  const float total = from.cost + cost;
  const float compared = from.weight + weight;
  if (total < best_.cost || (total == best_.cost && compared > best_.weight)) {
    best_ = {total, compared, place, used};
  }
}

void Alignment::fill_beginning() {
  for (std::uint32_t used = 0; used < stride_; ++used) {
    Cell& c = cell(0, used);
    c = {};
    if (used == 0) continue;
    const Cell& before = cell(0, used - 1);
    const float weight = heard_.weights[used - 1];
    c = {before.cost + weight, before.weight + weight, 0, used - 1};
  }
}

// Two words of the template, heard as one: the link leads from the first to the second.
void Alignment::match_pair(const WordGraph& graph, const WordGraph::Link& link, WordId second,
                           std::uint32_t used) {
  const float fit = heard_.similarities.pair(link.pair, used - 1);
  if (fit == 0) return;
  const WordGraph::Place& first = graph.places[link.from];
  const float weight = vocabulary_.weight(first.word) + vocabulary_.weight(second);
  const float cost = weight * (1 - fit) + kJoining;
  for (std::uint32_t i = 0; i < first.link_count; ++i) {
    consider(graph.links[first.first_link + i].from, used - 1, cost, weight);
  }
}

void Alignment::match_word(const WordGraph& graph, const WordGraph::Place& place,
                           std::uint32_t used) {
  const float expected = vocabulary_.weight(place.word);
  const bool listed = place.slot != kNoSlot;
  const float one = used > 0 ? heard_.similarities.one(place.word, used - 1) : 0;
  const float two = used > 1 ? heard_.similarities.two(place.word, used - 2) : 0;
  for (std::uint32_t i = 0; i < place.link_count; ++i) {
    const WordGraph::Link& link = graph.links[place.first_link + i];
    if (!place.required) consider(link.from, used, expected, expected);
    if (used == 0) continue;
    if (!listed || one >= kLeastListed) {
      const float weight = std::max(expected, heard_.weights[used - 1]);
      consider(link.from, used - 1, weight * (1 - one), weight);
    }
    if (two > 0) consider(link.from, used - 2, expected * (1 - two) + kJoining, expected);
    if (link.pairs) match_pair(graph, link, place.word, used);
  }
}

void Alignment::fill(const WordGraph& graph, std::uint32_t index, std::uint32_t used) {
  const WordGraph::Place& place = graph.places[index];
  best_ = {std::numeric_limits<float>::infinity(), 0, 0, 0};
  if (!place.open) {
    match_word(graph, place, used);
  } else if (used > 0) {
    for (std::uint32_t i = 0; i < place.link_count; ++i) {
      consider(graph.links[place.first_link + i].from, used - 1, kOpenSlotWord, kOpenSlotWeight);
    }
  }
  if (used > 0) {
    const float weight = heard_.weights[used - 1];
    if (place.open) {
      consider(index, used - 1, kOpenSlotWord, 0);
    } else {
      consider(index, used - 1, weight, weight);
    }
  }
  cell(index, used) = best_;
}

std::uint32_t Alignment::best_final(const WordGraph& graph) const {
  const auto used = static_cast<std::uint32_t>(heard_.words.size());
  return *std::min_element(
      graph.finals.begin(), graph.finals.end(),
      [&](std::uint32_t a, std::uint32_t b) { return cell(a, used).cost < cell(b, used).cost; });
}

float Alignment::score(const WordGraph& graph) {
  stride_ = heard_.words.size() + 1;
  cells_.resize(graph.places.size() * stride_);
  fill_beginning();
  for (std::uint32_t place = 1; place < graph.places.size(); ++place) {
    for (std::uint32_t used = 0; used < stride_; ++used) fill(graph, place, used);
  }
  const Cell& end = cell(best_final(graph), static_cast<std::uint32_t>(heard_.words.size()));
  if (!(end.weight > 0)) return 0;
  return std::max(0.0F, 1 - end.cost * (1 + kEvidence / end.weight) / end.weight);
}

std::vector<Capture> Alignment::captures(const WordGraph& graph) const {
  std::vector<Capture> out;
  std::uint32_t place = best_final(graph);
  auto used = static_cast<std::uint32_t>(heard_.words.size());
  while (place != 0) {
    const Cell& c = cell(place, used);
    const WordGraph::Place& at = graph.places[place];
    const bool inserted = c.place == place && !at.open;
    if (at.slot != kNoSlot && c.used < used && !inserted) {
      if (out.empty() || out.back().slot != at.slot) {
        out.push_back({at.slot, at.open ? -1 : at.value, c.used, used - 1});
      }
      out.back().first_word = c.used;
    }
    place = c.place;
    used = c.used;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace voiceagent::intents
