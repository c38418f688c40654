#include "core/text/boundary.h"

#include <algorithm>
#include <span>

#include "base/characters.h"

namespace voiceagent::text {
namespace {

// Abbreviations whose dot never ends a sentence: something always follows.
constexpr std::string_view kNeverLast[] = {
    "Adm",  "Capt",   "Cmdr", "Col", "Dr",   "Drs",  "Fr",  "Gen", "Gov",  "Hon",    "Lt",
    "Maj",  "Messrs", "Mlle", "Mme", "Mr",   "Mrs",  "Ms",  "Mt",  "Mx",   "Pres",   "Prof",
    "Rep",  "Rev",    "Sen",  "Sgt", "Sra",  "Sr",   "St",  "Ste", "Supt", "approx", "Approx",
    "al",   "ca",     "cf",   "dr",  "e.g",  "E.g",  "eg",  "esp", "i.e",  "I.e",    "ie",
    "incl", "mr",     "mrs",  "ms",  "prof", "resp", "viz", "vs",  "Vs",   "z.B",    "bzw"};

// Abbreviations before a number only: "No. 5", but "No. I don't."
constexpr std::string_view kBeforeNumber[] = {
    "Art", "Ch",  "Eq", "Fig", "No", "Nos", "Nr",  "Op",  "Sec", "Vol", "ch",  "fig",
    "no",  "nos", "nr", "op",  "p",  "pp",  "sec", "vol", "pg",  "Pg",  "Ver", "ver"};

// Abbreviations that may end a sentence: they don't if a small letter or a number follows.
constexpr std::string_view kMaybeLast[] = {
    "A.M", "Apr", "Aug", "Ave", "Blvd", "Co",  "Corp", "Dec",  "Dept", "Esq",  "Est", "Feb", "Inc",
    "Jan", "Jr",  "Jul", "Jun", "Ltd",  "Mar", "Nov",  "Oct",  "P.M",  "Ph.D", "Rd",  "Sep", "Sept",
    "a.m", "am",  "apt", "avg", "ave",  "co",  "dept", "ed",   "est",  "etc",  "ext", "inc", "jr",
    "max", "min", "oz",  "p.m", "pm",   "tel", "Tel",  "temp", "univ", "Univ", "usw"};

constexpr std::string_view kConjunctions[] = {"although", "and",   "because", "but",    "if",
                                              "or",       "since", "so",      "though", "unless",
                                              "until",    "when",  "where",   "which",  "while"};

bool is_one_of(std::string_view word, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// The last character, and where it begins.
struct Last {
  char32_t code = 0;
  std::size_t at = 0;
};

Last last_of(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) {
    --at;
  }
  return {character_at(text, at).code, at};
}

// "(Dr" -> "Dr"
std::string_view without_openers(std::string_view word) {
  const std::size_t begin = word.find_first_not_of("\"'([{*_-");
  return begin == std::string_view::npos ? std::string_view() : word.substr(begin);
}

bool is_number(std::string_view word) {
  return word.find_first_not_of("0123456789") == std::string_view::npos;
}

// "J" of "J. R. R. Tolkien", "U.S" of "U.S." "I" is left out: it ends sentences far more often.
bool is_initials(std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto c = static_cast<unsigned char>(word[i]);
    if (i % 2 == 0 ? !is_letter(c) || c >= 0x80 : c != '.') return false;
  }
  return word.size() % 2 == 1 &&
         (word.size() > 1 || is_upper(static_cast<unsigned char>(word[0]))) && word != "I";
}

// "hrs", "tbsp": a word that can't be spoken as it stands is an abbreviation.
bool is_unspeakable(std::string_view word) {
  return word.size() >= 2 && word.size() <= 5 &&
         std::all_of(word.begin(), word.end(),
                     [](char c) {
                       return is_letter(static_cast<unsigned char>(c)) &&
                              static_cast<unsigned char>(c) < 0x80;
                     }) &&
         word.find_first_of("aeiouyAEIOUY") == std::string_view::npos;
}

// Whether the dot after `word` leaves the sentence open.
bool is_abbreviation(std::string_view word, char32_t next) {
  if (is_one_of(word, kNeverLast)) return true;
  if (is_one_of(word, kBeforeNumber)) return is_digit(next);
  if (is_one_of(word, kMaybeLast) || is_unspeakable(word)) return is_lower(next) || is_digit(next);
  return is_initials(word);
}

Boundary after_dot(const Token& token, std::string_view before_dot, bool closed) {
  const std::string_view word = without_openers(before_dot);
  if (token.first && !word.empty() && word.size() <= 3 && is_number(word)) return Boundary::kWord;
  if (!word.empty() && is_abbreviation(word, token.next)) return Boundary::kWord;
  return closed && is_lower(token.next) ? Boundary::kClause : Boundary::kSentence;
}

bool is_clause_mark(char32_t c) {
  return c == U',' || c == U';' || c == U':' || is_wide_comma(c) || is_em_dash(c);
}

bool is_dash(std::string_view body) {
  return body == "-" || body == "--" || body == "\u2013" || body == "\u2014";
}

}  // namespace

Boundary boundary_after(const Token& token) {
  if (token.newline) return Boundary::kSentence;
  std::string_view body = token.text;
  bool closed = false;  // By a quote or bracket, after the stop.
  Last last = last_of(body);
  while (is_closer(last.code)) {
    closed = true;
    body = body.substr(0, last.at);
    if (body.empty()) return Boundary::kWord;
    last = last_of(body);
  }
  if (is_wide_stop(last.code)) return Boundary::kSentence;
  // `"Really?" he asked.`
  const bool goes_on = closed && is_lower(token.next);
  if (last.code == U'!' || last.code == U'?') {
    return goes_on ? Boundary::kClause : Boundary::kSentence;
  }
  if (last.code == U'\u2026' || body.ends_with("..")) return Boundary::kClause;
  if (last.code == U'.') return after_dot(token, body.substr(0, last.at), closed);
  return is_clause_mark(last.code) || is_dash(body) ? Boundary::kClause : Boundary::kWord;
}

bool is_conjunction(std::string_view word) { return is_one_of(word, kConjunctions); }

}  // namespace voiceagent::text
