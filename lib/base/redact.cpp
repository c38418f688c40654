#include "base/redact.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace voiceagent {

namespace {

constexpr std::string_view kRedacted = "[redacted]";

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr bool is_name_char(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
// Of keys, tokens and base64.
constexpr bool is_key_char(char c) {
  return is_name_char(c) || std::string_view(".~+/=").find(c) != std::string_view::npos;
}
constexpr bool is_quote(char c) { return c == '"' || c == '\'' || c == '\\'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
// Of what stands between "://" and '@'.
constexpr bool is_user_char(char c) {
  return !is_space(c) && std::string_view("/?#\"'<>@").find(c) == std::string_view::npos;
}
constexpr bool ends_line(char c) { return c == '\n' || c == '\r'; }

// The first place from `at` on whose character `test` doesn't accept.
template <class Test>
std::size_t skip(std::string_view text, std::size_t at, Test test) {
  while (at < text.size() && test(text[at])) ++at;
  return at;
}

template <std::size_t N>
bool ends_with_any(std::string_view text, const std::array<std::string_view, N>& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [text](std::string_view end) { return text.ends_with(end); });
}

// Whether a value of that name (lower case, without '-' and '_') is a secret.
bool is_secret_name(std::string_view name) {
  static constexpr std::array<std::string_view, 18> kEnds{
      "authorization", "cookie",     "password",    "passwd",       "passphrase",  "secret",
      "apikey",        "privatekey", "accesskey",   "secretkey",    "accesstoken", "authtoken",
      "refreshtoken",  "idtoken",    "bearertoken", "sessiontoken", "apitoken",    "clienttoken"};
  return name == "token" || ends_with_any(name, kEnds);
}

// Whether a word is a key by its form.
bool is_key(std::string_view word) {
  static constexpr std::array<std::string_view, 10> kBegins{
      "sk-", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "AIza", "eyJ", "hf_"};
  constexpr std::size_t kShortest = 20;
  return word.size() >= kShortest &&
         std::any_of(kBegins.begin(), kBegins.end(),
                     [word](std::string_view begin) { return word.starts_with(begin); });
}

// What follows "bearer" in a sentence about it rather than in a header.
bool is_about_tokens(std::string_view word) {
  static constexpr std::array<std::string_view, 5> kWords{"token", "tokens", "auth",
                                                          "authentication", "authorization"};
  return std::find(kWords.begin(), kWords.end(), to_lower(word)) != kWords.end();
}

std::string plain_name(std::string_view word) {
  std::string name = to_lower(word);
  std::erase_if(name, [](char c) { return c == '_' || c == '-'; });
  return name;
}

class Redactor {
 public:
  explicit Redactor(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (is_alphanumeric(text_[at_])) {
        word();
      } else if (text_.substr(at_).starts_with("://")) {
        address();
      } else if (text_[at_] == '@') {
        redact_user();
        copy_to(at_ + 1);
      } else {
        copy_to(at_ + 1);
      }
    }
    return std::move(out_);
  }

 private:
  void copy_to(std::size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }
  void redact_to(std::size_t end) {
    out_ += kRedacted;
    at_ = end;
  }

  // A word begins here.
  void word() {
    const std::size_t end = skip(text_, at_, is_key_char);
    if (is_key(text_.substr(at_, end - at_))) return redact_to(end);
    const std::size_t name_end = skip(text_, at_, is_name_char);
    const std::string name = plain_name(text_.substr(at_, name_end - at_));
    copy_to(name_end);
    if (name == "bearer") {
      bearer();
    } else if (is_secret_name(name)) {
      assignment(name.ends_with("authorization") || name.ends_with("cookie"));
    }
  }

  void bearer() {
    const std::size_t begin = skip(text_, at_, is_blank);
    const std::size_t end = skip(text_, begin, is_key_char);
    if (begin == at_ || begin == end) return;
    if (is_about_tokens(text_.substr(begin, end - begin))) return;
    copy_to(begin);
    redact_to(end);
  }

  // After a name: its value, if one follows. A header's goes to the end of the line.
  void assignment(bool header) {
    std::size_t at = skip(text_, skip(text_, at_, is_quote), is_blank);
    if (at == text_.size() || (text_[at] != ':' && text_[at] != '=')) return;
    at = skip(text_, at + 1, is_blank);
    const std::size_t begin = skip(text_, at, is_quote);
    const bool quoted = begin != at;
    if (text_.substr(begin).starts_with(kRedacted)) return;
    const std::size_t end = skip(text_, begin, [&](char c) {
      if (ends_line(c) || is_quote(c)) return false;
      return quoted || header || (!is_space(c) && kValueEnds.find(c) == std::string_view::npos);
    });
    if (begin == end) return;
    copy_to(begin);
    redact_to(end);
  }

  // "://user:password@host"
  void address() {
    copy_to(at_ + 3);
    const std::size_t end = skip(text_, at_, is_user_char);
    const bool has_user = end < text_.size() && text_[end] == '@' && end != at_;
    if (has_user && text_.substr(at_, end - at_) != kRedacted) redact_to(end);
  }

  // The same once more at the '@': with a secret of its own taken out, what stands before it may
  // read as a user only now.
  void redact_user() {
    constexpr std::string_view kBegin = "://";
    std::size_t begin = out_.size();
    while (begin > 0 && is_user_char(out_[begin - 1])) --begin;
    const std::string_view written = out_;
    const std::string_view user = written.substr(begin);
    if (user.empty() || user == kRedacted || !written.substr(0, begin).ends_with(kBegin)) return;
    out_.resize(begin);
    out_ += kRedacted;
  }

  static constexpr std::string_view kValueEnds = ",;&)]}<>";

  const std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string redact_secrets(std::string_view text) { return Redactor(text).run(); }

}  // namespace voiceagent
