#include "providers/llm/intents/reply_template.h"

#include <algorithm>

#include "base/text.h"
#include "providers/llm/intents/sentence_template.h"

namespace voiceagent::intents {
namespace {

const Filling* find(std::span<const Filling> fillings, std::string_view name) {
  for (const Filling& filling : fillings) {
    if (filling.name == name) return &filling;
  }
  return nullptr;
}

}  // namespace

bool is_placeholder(std::string_view name) {
  return std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) !=
         std::end(kPlaceholders);
}

Result<ReplyTemplate> ReplyTemplate::parse(std::string_view text) {
  const auto wrong = [](std::size_t at, const std::string& what) {
    return invalid_argument(what + ", at character " + std::to_string(at + 1));
  };
  if (trim(text).empty()) return invalid_argument("it is empty");
  ReplyTemplate out;
  std::size_t begin = 0;
  for (std::size_t at = 0; (at = text.find_first_of("{}", begin)) != std::string_view::npos;) {
    const std::size_t end = text.find_first_of("{}", at + 1);
    if (text[at] == '}') return wrong(at, "'}' closes nothing");
    if (end == std::string_view::npos || text[end] == '{') return wrong(at, "'{' has no '}'");
    const std::string_view name = text.substr(at + 1, end - at - 1);
    if (!is_name(name)) {
      return wrong(at, "'" + std::string(name) + "' is no name (use a-z, 0-9 and _)");
    }
    out.texts_.emplace_back(text.substr(begin, at - begin));
    out.names_.emplace_back(name);
    begin = end + 1;
  }
  out.texts_.emplace_back(text.substr(begin));
  return out;
}

bool ReplyTemplate::can_fill(std::span<const Filling> fillings) const {
  return std::all_of(names_.begin(), names_.end(),
                     [&](const std::string& name) { return find(fillings, name) != nullptr; });
}

std::string ReplyTemplate::fill(std::span<const Filling> fillings) const {
  std::string out = texts_.front();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    out += find(fillings, names_[i])->value;
    out += texts_[i + 1];
  }
  return out;
}

}  // namespace voiceagent::intents
