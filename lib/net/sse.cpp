#include "net/sse.h"

#include <algorithm>

#include "base/utf8.h"

namespace voiceagent::net {

bool SseParser::next(SseEvent& event) {
  if (event_is_out_) {
    type_.clear();
    data_.clear();
    event_is_out_ = false;
  }
  std::string_view line;
  while (next_line(line)) {
    if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    at_start_ = false;
    const bool complete = is_valid_utf8(line) ? take_line(line) : take_line(sanitize_utf8(line));
    if (!complete) continue;
    event = {type_.empty() ? "message" : std::string_view(type_),
             std::string_view(data_).substr(0, data_.size() - 1), id_};
    return event_is_out_ = true;
  }
  return false;
}

bool SseParser::next_line(std::string_view& line) {
  if (line_is_out_) line_.clear();
  line_is_out_ = false;
  if (after_cr_ && !input_.empty()) {
    if (input_.front() == '\n') input_.remove_prefix(1);
    after_cr_ = false;
  }
  if (!status_.ok() || input_.empty()) return false;
  const std::size_t lf = std::min(input_.find('\n'), input_.size());
  const std::size_t end = std::min(input_.substr(0, lf).find('\r'), lf);
  if (!fits(end)) return false;
  line = input_.substr(0, end);
  if (end == input_.size()) {
    line_ += line;
    input_ = {};
    return false;
  }
  after_cr_ = input_[end] == '\r';
  input_.remove_prefix(end + 1);
  if (!line_.empty()) {
    line_ += line;
    line = line_;
    line_is_out_ = true;
  }
  return true;
}

bool SseParser::fits(std::size_t more) {
  if (line_.size() + data_.size() + more <= max_) return true;
  status_ = {ErrorCode::kProtocol,
             "an event of the stream is longer than " + std::to_string(max_) + " bytes"};
  return false;
}

bool SseParser::take_line(std::string_view line) {
  if (line.empty()) {
    if (data_.empty()) type_.clear();  // an event without data is none
    return !data_.empty();
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
  return false;
}

// A comment has an empty name. How long to wait before a reconnection ("retry") is not for us:
// streams of answers are not taken up again.
void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    data_ += value;
    data_ += '\n';
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
}

}  // namespace voiceagent::net
