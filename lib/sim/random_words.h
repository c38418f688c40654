// Words that say who spoke them and when: no word is ever said twice, so that every word which
// turns up somewhere can be traced.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace voiceagent::sim {

// Who says a word: its first letter.
enum class Voice : char {
  kUser = 'k',   // spoken
  kTyped = 't',  // typed
  kReply = 'r',  // the model
  kHost = 'h',   // the agent of its own accord
};

// "k17i", or "r5x3" for the fourth word of the sixth reply.
struct UniqueWord {
  Voice voice = Voice::kUser;
  std::uint32_t number = 0;  // of the user's word, or of the reply
  std::uint32_t part = 0;    // of a reply: which word

  std::string text() const {
    std::string all(1, static_cast<char>(voice));
    all += std::to_string(number);
    if (voice == Voice::kReply || voice == Voice::kHost) all += 'x' + std::to_string(part);
    if (voice == Voice::kUser) all += check();
    return all;
  }
  // Ends a spoken word, so that what is left of one when a part was lost is none.
  char check() const { return static_cast<char>('a' + (number * 7 + 1) % 26); }
};

// Reads one back, with or without punctuation after it. Nothing for any other word.
inline std::optional<UniqueWord> read_word(std::string_view text) {
  if (text.size() < 2) return {};
  UniqueWord word;
  word.voice = static_cast<Voice>(text.front());
  const bool parts = word.voice == Voice::kReply || word.voice == Voice::kHost;
  if (!parts && word.voice != Voice::kUser && word.voice != Voice::kTyped) return {};
  const char* const end = text.data() + text.size();
  auto read = std::from_chars(text.data() + 1, end, word.number);
  if (read.ec != std::errc()) return {};
  if (parts) {
    if (read.ptr == end || *read.ptr != 'x') return {};
    read = std::from_chars(read.ptr + 1, end, word.part);
    if (read.ec != std::errc()) return {};
  }
  if (word.voice == Voice::kUser && (read.ptr == end || *read.ptr++ != word.check())) return {};
  const std::string_view rest(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (rest.find_first_not_of(".,;!?") != std::string_view::npos) return {};
  return word;
}

}  // namespace voiceagent::sim
