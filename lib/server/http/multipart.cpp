#include "server/http/multipart.h"

#include <utility>

#include "base/text.h"

namespace voiceagent::server {
namespace {

constexpr std::size_t kMaxParts = 64;
constexpr std::size_t kMaxHeaderBytes = std::size_t{8} * 1024;
constexpr std::size_t kMaxBoundary = 70;

// The value of a parameter that begins here, quoted or not; takes it off.
std::string take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const std::string_view token = rest.substr(0, rest.find(';'));
    rest.remove_prefix(token.size());
    return std::string(trim(token));
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    const bool escaped = rest.front() == '\\' && rest.size() > 1;
    if (escaped) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
  return value;
}

// Reads the header lines of a part.
Status read_headers(std::string_view lines, FormPart& part) {
  bool is_form_data = false;
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return invalid_argument("a part's header has no colon");
    const std::string name = to_lower(trim(line.substr(0, colon)));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-disposition") {
      is_form_data = to_lower(trim(value.substr(0, value.find(';')))) == "form-data";
      part.name = header_parameter(value, "name");
      part.file_name = header_parameter(value, "filename");
    } else if (name == "content-type") {
      part.content_type = value;
    } else if (name == "content-transfer-encoding" && to_lower(value) != "binary" &&
               to_lower(value) != "8bit" && to_lower(value) != "7bit") {
      return invalid_argument("a part has the transfer encoding '" + std::string(value) +
                              "': send it as it is");
    }
  }
  if (!is_form_data || part.name.empty()) {
    return invalid_argument("a part lacks `Content-Disposition: form-data; name=...`");
  }
  return {};
}

// One part: headers, an empty line, the body.
Result<FormPart> read_part(std::string_view text) {
  FormPart part;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos || end > kMaxHeaderBytes) {
    return invalid_argument("the empty line after a part's headers is missing");
  }
  if (Status status = read_headers(text.substr(0, end), part); !status.ok()) return status;
  part.body = text.substr(end + 4);
  return part;
}

}  // namespace

std::string header_parameter(std::string_view header, std::string_view name) {
  std::size_t semicolon = header.find(';');
  while (semicolon != std::string_view::npos) {
    header.remove_prefix(semicolon + 1);
    const std::size_t equals = header.find('=');
    if (equals == std::string_view::npos) break;
    const std::string key = to_lower(trim(header.substr(0, equals)));
    header = trim(header.substr(equals + 1));
    std::string value = take_value(header);
    if (key == name) return value;
    semicolon = header.find(';');
  }
  return {};
}

std::string form_boundary(std::string_view content_type) {
  if (to_lower(trim(content_type.substr(0, content_type.find(';')))) != "multipart/form-data") {
    return {};
  }
  std::string boundary = header_parameter(content_type, "boundary");
  return boundary.size() <= kMaxBoundary ? boundary : std::string();
}

Result<std::vector<FormPart>> parse_form(std::string_view body, std::string_view boundary) {
  const std::string delimiter = "\r\n--" + std::string(boundary);
  // What comes before the first delimiter is no part; that one may lack its line break.
  const std::string_view first = std::string_view(delimiter).substr(2);
  std::size_t at = 0;
  if (!body.starts_with(first)) {
    at = body.find(delimiter);
    if (at == std::string_view::npos) {
      return invalid_argument("the boundary that the content type names isn't in the form");
    }
    at += 2;
  }
  at += first.size();
  std::vector<FormPart> parts;
  while (!body.substr(at).starts_with("--")) {
    if (parts.size() == kMaxParts) {
      return invalid_argument("a form of more than " + std::to_string(kMaxParts) + " parts");
    }
    const std::size_t line_end = body.find("\r\n", at);
    const std::size_t next =
        line_end == std::string_view::npos ? line_end : body.find(delimiter, line_end);
    if (next == std::string_view::npos) return invalid_argument("the form's end is missing");
    const std::size_t begin = line_end + 2;
    if (next < begin) return invalid_argument("a part of the form is empty");
    Result<FormPart> part = read_part(body.substr(begin, next - begin));
    if (!part.ok()) return part.status();
    parts.push_back(std::move(*part));
    at = next + delimiter.size();
  }
  return parts;
}

}  // namespace voiceagent::server
