#include "providers/llm/intents/word_graph.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace voiceagent::intents {
namespace {

using Kind = TemplateNode::Kind;
using Places = std::vector<std::uint32_t>;

constexpr std::size_t kMaxPlaces = 4000;
constexpr std::size_t kMaxLinks = 40'000;

const SlotDefinition* find_slot(const std::vector<SlotDefinition>& slots, const std::string& name,
                                SlotIndex& index) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].name != name) continue;
    index = static_cast<SlotIndex>(i);
    return &slots[i];
  }
  return nullptr;
}

class Builder {
 public:
  Builder(const std::vector<SlotDefinition>& slots, Vocabulary& vocabulary)
      : slots_(slots), vocabulary_(vocabulary) {}

  Result<WordGraph> run(const TemplateNode& sentence) && {
    if (least_words(sentence) == 0) {
      return invalid_argument(
          "it may match anything: at least one word that is neither optional nor an open slot is "
          "needed");
    }
    graph_.places.emplace_back();
    graph_.finals = build(sentence, {0});
    if (too_large()) {
      return invalid_argument("it stands for too many sentences (more than " +
                              std::to_string(kMaxPlaces) + " words or " +
                              std::to_string(kMaxLinks) +
                              " ways from word to word); make several of it");
    }
    return std::move(graph_);
  }

 private:
  bool too_large() const {
    return graph_.places.size() > kMaxPlaces || graph_.links.size() > kMaxLinks;
  }

  // How many words a sentence has at least, those in open slots not counted.
  std::size_t least_words(const TemplateNode& node) const {
    SlotIndex index = kNoSlot;
    switch (node.kind) {
      case Kind::kWord: return 1;
      case Kind::kSlot: return find_slot(slots_, node.text, index)->values.empty() ? 0 : 1;
      case Kind::kOptional: return 0;
      case Kind::kAlternatives: {
        std::size_t least = std::numeric_limits<std::size_t>::max();
        for (const TemplateNode& child : node.children) {
          least = std::min(least, least_words(child));
        }
        return least;
      }
      case Kind::kSequence: break;
    }
    std::size_t sum = 0;
    for (const TemplateNode& child : node.children) sum += least_words(child);
    return sum;
  }

  // Adds what `node` stands for behind the places `before`; returns where it may end.
  Places build(const TemplateNode& node, Places before) {
    if (too_large()) return before;
    switch (node.kind) {
      case Kind::kWord: return {add_word(node.text, before, {})};
      case Kind::kSlot: return add_slot(node.text, before);
      case Kind::kOptional: return merged(build(node.children.front(), before), before);
      case Kind::kAlternatives: {
        Places ends;
        for (const TemplateNode& child : node.children) ends = merged(ends, build(child, before));
        return ends;
      }
      case Kind::kSequence: break;
    }
    for (const TemplateNode& child : node.children) before = build(child, std::move(before));
    return before;
  }

  static Places merged(const Places& a, const Places& b) {
    Places out;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
    return out;
  }

  Places add_slot(const std::string& name, const Places& before) {
    WordGraph::Place place;
    const SlotDefinition& slot = *find_slot(slots_, name, place.slot);
    if (slot.values.empty()) {
      place.open = true;
      place.required = true;
      return {add_place(place, before)};
    }
    Places ends;
    for (std::size_t i = 0; i < slot.values.size() && !too_large(); ++i) {
      place.value = static_cast<std::int32_t>(i);
      place.required = slot.value_words[i].size() == 1;
      Places last = before;
      for (const Word& word : slot.value_words[i]) last = {add_word(word.text, last, place)};
      ends = merged(ends, last);
    }
    return ends;
  }

  std::uint32_t add_word(const std::string& word, const Places& before, WordGraph::Place place) {
    place.word = vocabulary_.add(word);
    return add_place(place, before);
  }

  std::uint32_t add_place(WordGraph::Place place, const Places& before) {
    place.first_link = static_cast<std::uint32_t>(graph_.links.size());
    place.link_count = static_cast<std::uint32_t>(before.size());
    for (const std::uint32_t from : before) {
      WordGraph::Link link{from, 0, false};
      const WordGraph::Place& previous = graph_.places[from];
      link.pairs = from != 0 && !place.open && !previous.open && previous.slot == place.slot &&
                   previous.value == place.value;
      if (link.pairs) link.pair = vocabulary_.add_pair(previous.word, place.word);
      graph_.links.push_back(link);
    }
    graph_.places.push_back(place);
    return static_cast<std::uint32_t>(graph_.places.size() - 1);
  }

  const std::vector<SlotDefinition>& slots_;
  Vocabulary& vocabulary_;
  WordGraph graph_;
};

}  // namespace

Result<WordGraph> build_word_graph(const TemplateNode& sentence,
                                   const std::vector<SlotDefinition>& slots,
                                   Vocabulary& vocabulary) {
  return Builder(slots, vocabulary).run(sentence);
}

}  // namespace voiceagent::intents
