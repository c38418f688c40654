// .env files and the variables of the process.
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "config/errors.h"
#include "config/read_file.h"
#include "voiceagent/config.h"

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
extern char** environ;  // NOLINT: declared by POSIX
#else
#include <cstdlib>
#define environ _environ
#endif

namespace voiceagent {
namespace {

bool is_name(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front()))) return false;
  for (const char c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  }
  return true;
}

// Up to a comment, which begins with a # after white space.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || is_space(text[i - 1]))) return trim(text.substr(0, i));
  }
  return trim(text);
}

char unescaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    default: return c;
  }
}

// A value that begins with a quote. In single quotes everything stands for itself.
Result<std::string> quoted(std::string_view text) {
  const char quote = text.front();
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      if (!without_comment(text.substr(i + 1)).empty()) {
        return invalid_argument("text after the closing quote");
      }
      return value;
    }
    const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    value += escape ? unescaped(text[++i]) : text[i];
  }
  return invalid_argument(std::string("the closing ") + quote + " is missing");
}

// One line that is neither empty nor a comment.
Status parse_line(std::string_view line, Environment& result) {
  constexpr std::string_view kExport = "export";
  if (line.starts_with(kExport) && line.size() > kExport.size() && is_space(line[kExport.size()])) {
    line = trim(line.substr(kExport.size()));
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return invalid_argument("expected NAME=value");
  const std::string_view name = trim(line.substr(0, equals));
  if (!is_name(name)) {
    return invalid_argument("'" + std::string(name) +
                            "' is no name: letters, digits and _ only, not a digit first");
  }
  const std::string_view text = trim(line.substr(equals + 1));
  const bool is_quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  Result<std::string> value =
      is_quoted ? quoted(text) : Result<std::string>(std::string(without_comment(text)));
  if (!value.ok()) return value.status();
  result.insert_or_assign(std::string(name), std::move(*value));
  return {};
}

}  // namespace

Environment process_environment() {
  Environment result;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

Result<Environment> parse_env(std::string_view text, std::string_view file) {
  Environment result;
  ConfigErrors errors;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const Status status = parse_line(line, result);
    if (!status.ok()) errors.add(status.within(std::string(file) + ":" + std::to_string(number)));
  }
  if (!errors.empty()) return errors.status();
  return result;
}

Status load_env_file(const std::string& path, Environment& environment) {
  const Result<std::string> text = read_config_file(path);
  if (!text.ok()) {
    return text.status().code() == ErrorCode::kNotFound ? Status() : text.status();
  }
  Result<Environment> variables = parse_env(*text, path);
  if (!variables.ok()) return variables.status();
  environment.merge(*variables);
  return {};
}

}  // namespace voiceagent
