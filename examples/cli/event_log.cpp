#include "event_log.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace cli {

namespace va = voiceagent;

va::Result<std::unique_ptr<EventLog>> EventLog::create(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    return va::io_error(path + ": cannot write: " + std::generic_category().message(errno));
  }
  return std::unique_ptr<EventLog>(new EventLog(path, file));
}

EventLog::~EventLog() {
  if (file_ != nullptr) std::fclose(file_);
}

void EventLog::listen(va::Session& session) {
  events_ = session.events().subscribe_all([this](const va::AnyEvent& event) { write(event); });
}

void EventLog::write(const va::AnyEvent& event) {
  if (event.kind() == va::EventKind::kAudioIn || event.kind() == va::EventKind::kAudioOut) return;
  if (file_ == nullptr) return;
  json_.clear();
  va::write_json(event, json_);
  const std::string_view text = json_.text();
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) failed_ = true;
  std::fputc('\n', file_);
}

va::Status EventLog::finish() {
  if (file_ == nullptr) return {};
  if (std::fclose(std::exchange(file_, nullptr)) != 0) failed_ = true;
  if (failed_) return va::io_error(path_ + ": could not be written to its end; is the disk full?");
  return {};
}

}  // namespace cli
