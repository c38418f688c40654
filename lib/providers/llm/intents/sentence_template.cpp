#include "providers/llm/intents/sentence_template.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "providers/llm/intents/words.h"

namespace voiceagent::intents {
namespace {

using Kind = TemplateNode::Kind;

constexpr std::string_view kSpecial = "[](){}|";
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxWords = 400;  // The grammar's cap is lower; this one bounds the reading.

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<TemplateNode> run() {
    TemplateNode root;
    if (Status status = read_sequence(root, 0); !status.ok()) return status;
    if (at_ == text_.size()) return root;
    if (text_[at_] == '|') return wrong(at_, "'|' needs brackets around its alternatives");
    return wrong(at_, std::string("'") + text_[at_] + "' closes nothing");
  }

 private:
  static Status wrong(std::size_t at, std::string_view what) {
    return invalid_argument(std::string(what) + ", at character " + std::to_string(at + 1));
  }

  // Letters and brackets may not touch: "light(s)" is not a word with an ending.
  bool in_word(std::size_t at) const {
    if (at >= text_.size()) return false;
    const char c = text_[at];
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '\'';
  }
  Status check_apart(std::size_t open, std::size_t close) const {
    if (open > 0 && in_word(open - 1)) {
      return wrong(open, std::string("put a space before '") + text_[open] + "'");
    }
    if (in_word(close + 1)) {
      return wrong(close, std::string("put a space after '") + text_[close] + "'");
    }
    return {};
  }

  Status read_sequence(TemplateNode& out, int depth) {
    out.kind = Kind::kSequence;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '|' || c == ')' || c == ']' || c == '}') return {};
      Status status = c == '{'               ? read_slot(out)
                      : c == '(' || c == '[' ? read_group(out, depth + 1)
                                             : read_words(out);
      if (!status.ok()) return status;
    }
    return {};
  }

  Status read_words(TemplateNode& out) {
    const std::size_t end = std::min(text_.find_first_of(kSpecial, at_), text_.size());
    for (Word& word : words_of(text_.substr(at_, end - at_), kMaxWords)) {
      out.children.push_back({Kind::kWord, std::move(word.text), {}});
    }
    at_ = end;
    return {};
  }

  Status read_slot(TemplateNode& out) {
    const std::size_t open = at_;
    const std::size_t close = text_.find_first_of(kSpecial, open + 1);
    if (close == std::string_view::npos || text_[close] != '}') {
      return wrong(open, "'{' has no '}'");
    }
    const std::string_view name = text_.substr(open + 1, close - open - 1);
    if (!is_name(name)) {
      return wrong(open, "'" + std::string(name) + "' is no name of a slot (use a-z, 0-9 and _)");
    }
    if (Status status = check_apart(open, close); !status.ok()) return status;
    out.children.push_back({Kind::kSlot, std::string(name), {}});
    at_ = close + 1;
    return {};
  }

  // "(a|b)" or "[a|b]"
  Status read_group(TemplateNode& out, int depth) {
    const std::size_t open = at_;
    const char closer = text_[open] == '(' ? ')' : ']';
    if (depth > kMaxDepth) {
      return wrong(open,
                   "brackets inside brackets more than " + std::to_string(kMaxDepth) + " deep");
    }
    TemplateNode group{Kind::kAlternatives, {}, {}};
    do {
      const std::size_t begin = ++at_;
      TemplateNode& alternative = group.children.emplace_back();
      if (Status status = read_sequence(alternative, depth); !status.ok()) return status;
      if (alternative.children.empty()) {
        return wrong(begin - 1, "an alternative has no words (optional words go into [ ])");
      }
    } while (at_ < text_.size() && text_[at_] == '|');
    if (at_ == text_.size() || text_[at_] != closer) {
      return wrong(open, std::string("'") + text_[open] + "' has no '" + closer + "'");
    }
    if (Status status = check_apart(open, at_); !status.ok()) return status;
    ++at_;
    if (closer == ')') {
      out.children.push_back(std::move(group));
    } else {
      TemplateNode& optional = out.children.emplace_back(TemplateNode{Kind::kOptional, {}, {}});
      optional.children.push_back(std::move(group));
    }
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Status add_in_order(SlotUse& all, SlotUse next) {
  for (const std::string& name : next.possible) {
    if (!all.possible.insert(name).second) {
      return invalid_argument("slot {" + name + "} is there twice");
    }
  }
  all.certain.merge(next.certain);
  return {};
}

void add_alternative(SlotUse& all, SlotUse next, bool first) {
  all.possible.merge(next.possible);
  if (first) {
    all.certain = std::move(next.certain);
    return;
  }
  std::set<std::string> both;
  std::set_intersection(all.certain.begin(), all.certain.end(), next.certain.begin(),
                        next.certain.end(), std::inserter(both, both.end()));
  all.certain = std::move(both);
}

}  // namespace

Result<TemplateNode> parse_sentence(std::string_view text) { return Parser(text).run(); }

Result<SlotUse> slots_of(const TemplateNode& node) {
  SlotUse use;
  if (node.kind == Kind::kSlot) use.possible = use.certain = {node.text};
  for (const TemplateNode& child : node.children) {
    Result<SlotUse> of_child = slots_of(child);
    if (!of_child.ok()) return of_child;
    if (node.kind == Kind::kAlternatives) {
      add_alternative(use, std::move(*of_child), &child == &node.children.front());
    } else if (Status status = add_in_order(use, std::move(*of_child)); !status.ok()) {
      return status;
    }
  }
  if (node.kind == Kind::kOptional) use.certain.clear();
  return use;
}

bool is_name(std::string_view name) {
  const auto letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; };
  return !name.empty() && name.size() <= 64 && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace voiceagent::intents
