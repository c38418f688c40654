// Writes a session's events to a file, one JSON object a line.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "voiceagent/event_json.h"
#include "voiceagent/session.h"

namespace cli {

class EventLog {
 public:
  // The error names the path.
  static voiceagent::Result<std::unique_ptr<EventLog>> create(const std::string& path);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Logs all events from now on, but for the audio itself; on the session's executor.
  void listen(voiceagent::Session& session);
  // The first thing that went wrong, if anything did.
  voiceagent::Status finish();

 private:
  EventLog(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  void write(const voiceagent::AnyEvent& event);

  std::string path_;
  std::FILE* file_;
  voiceagent::JsonWriter json_;
  voiceagent::Subscription events_;
  bool failed_ = false;
};

}  // namespace cli
