#include "core/turn/completeness/words.h"

#include <algorithm>
#include <bit>
#include <string>

#include "base/characters.h"

namespace voiceagent::turns {
namespace {

// How far to look back. A token makes two words at most, but for hyphens.
constexpr std::size_t kTokens = Words::kCapacity / 2;
constexpr std::size_t kBytes = 1000;

// Enough of the punctuation between two letters.
constexpr std::size_t kMarks = 12;

std::size_t hash(std::string_view word) {
  std::uint32_t h = 2166136261U;
  for (const char c : word) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
  return h ^ h >> 15;
}

// Calls `use` with each word of a text whose words are separated by single spaces.
template <typename Use>
void for_each_word(std::string_view text, Use use) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    use(text.substr(at, end - at));
    at = end + 1;
  }
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The text from its last tokens on.
std::string_view tail(std::string_view text) {
  if (text.size() > kBytes) text.remove_prefix(text.size() - kBytes);
  std::size_t at = text.size();
  for (std::size_t tokens = 0; at > 0 && tokens < kTokens; ++tokens) {
    while (at > 0 && is_blank(text[at - 1])) --at;
    while (at > 0 && !is_blank(text[at - 1])) --at;
  }
  return text.substr(at);
}

// Where the clitic of "i'd" or "don't" begins, or the word's size.
std::size_t clitic_of(std::string_view word) {
  constexpr std::string_view kClitics[] = {"n't", "'s", "'d", "'m", "'re", "'ve", "'ll"};
  for (const std::string_view clitic : kClitics) {
    if (word.size() > clitic.size() && word.ends_with(clitic)) return word.size() - clitic.size();
  }
  return word.size();
}

WordClass classes_of(std::string_view word, const Spelling& spelling) {
  if (word[0] >= '0' && word[0] <= '9') {
    if (word.find_first_not_of("0123456789") == std::string_view::npos) return kNumeral;
    const bool ordinal = word.ends_with("st") || word.ends_with("nd") || word.ends_with("rd") ||
                         word.ends_with("th");
    return ordinal ? kOrdinal : kNoun;
  }
  const WordClass known = spelling.lexicon->find(word);
  if (known != 0) return known;
  if (word.size() == 1) return kLetter;
  return spelling.guess(*spelling.lexicon, word);
}

}  // namespace

Lexicon::Lexicon(std::span<const WordGroup> groups) {
  std::size_t count = 0;
  for (const WordGroup& group : groups) {
    for_each_word(group.words, [&](std::string_view) { ++count; });
  }
  slots_.resize(std::bit_ceil(2 * count + 1));
  for (const WordGroup& group : groups) {
    for_each_word(group.words, [&](std::string_view word) {
      Slot& place = slots_[slot(word)];
      place.word = word;
      place.classes |= group.classes;
    });
  }
}

std::size_t Lexicon::slot(std::string_view word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash(word) & mask;
  while (!slots_[i].word.empty() && slots_[i].word != word) i = (i + 1) & mask;
  return i;
}

WordClass Lexicon::find(std::string_view word) const { return slots_[slot(word)].classes; }

void Word::append(std::string_view text) {
  const std::size_t length = std::min(text.size(), text_.size() - size_);
  std::copy_n(text.begin(), length, text_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + length);
}

Words::Words(std::string_view transcript, const Spelling& spelling) {
  const std::string_view text = tail(transcript);
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !is_blank(text[end])) ++end;
    add_token(text.substr(at, end - at), spelling);
    at = end;
  }
}

// What is between two blanks, in lower case. Punctuation inside a word is kept ("12:30", "o'clock")
// but for hyphens, which separate words; punctuation at its end is its mark. Tokens in brackets are
// the recogniser's own: "[noise]", "<unk>".
void Words::add_token(std::string_view token, const Spelling& spelling) {
  if (token[0] == '[' || token[0] == '<') return;
  Word word;
  std::string marks;
  for (std::size_t at = 0; at < token.size();) {
    const text::Character c = text::character_at(token, at);
    const std::string_view bytes = token.substr(at, c.length);
    at += c.length;
    if (c.code == 0x2019 && marks.empty()) {
      marks = '\'';
    } else if (!text::is_letter(c.code) && !text::is_digit(c.code)) {
      if (marks.size() + bytes.size() <= kMarks) marks += bytes;
    } else {
      if (marks.find_first_of("-/_") != std::string::npos) {
        add_word(word.text(), spelling);
        word = Word();
      } else if (word.text() != "") {
        word.append(marks);
      }
      marks.clear();
      if (c.code < 0x80) {
        const char lower = static_cast<char>(text::lower(c.code));
        word.append({&lower, 1});
      } else {
        std::string lower;
        text::append(lower, text::lower(c.code));
        word.append(lower);
      }
    }
  }
  add_word(word.text(), spelling);
  set_mark(marks);
}

void Words::add_word(std::string_view word, const Spelling& spelling) {
  if (word.empty()) return;
  const std::size_t clitic = spelling.splits_clitics ? clitic_of(word) : word.size();
  push(word.substr(0, clitic), spelling);
  if (clitic < word.size()) push(word.substr(clitic), spelling);
}

void Words::push(std::string_view text, const Spelling& spelling) {
  if (size_ == kCapacity) {
    std::move(words_.begin() + 1, words_.end(), words_.begin());
    --size_;
  }
  Word& word = words_[size_++];
  word = Word();
  word.append(text);
  word.set(classes_of(text, spelling));
}

void Words::set_mark(std::string_view punctuation) {
  if (size_ == 0 || punctuation.empty()) return;
  const auto has = [&](std::string_view mark) {
    return punctuation.find(mark) != std::string_view::npos;
  };
  char mark = 0;
  if (has("?")) {
    mark = '?';
  } else if (has("!")) {
    mark = '!';
  } else if (has("..") || has("\u2026") || has("-") || has("\u2013") || has("\u2014")) {
    mark = '-';
  } else if (has(".")) {
    mark = '.';
  } else if (has(",") || has(";") || has(":")) {
    mark = ',';
  }
  if (mark != 0) words_[size_ - 1].mark = mark;
}

bool Words::ends_with(std::string_view phrase, std::size_t end) const {
  std::size_t i = end;
  while (!phrase.empty()) {
    const std::size_t space = phrase.rfind(' ');
    const std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
    if (i == 0 || at(--i).text() != phrase.substr(begin)) return false;
    phrase = phrase.substr(0, space == std::string_view::npos ? 0 : space);
  }
  return true;
}

}  // namespace voiceagent::turns
