// What the server answers by the JSON protocol (docs/protocols/json.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::protocols::json {

// An answer to a request.
struct Response {
  bool audio = false;  // the request was an utterance
  Status status;
  std::string_view session_id;
  std::string_view transcript;
  std::string_view intent;  // empty: none
  double confidence = 0;
  std::span<const std::pair<std::string, std::string>> slots;
  std::string_view reply;
  std::string_view voice_url;  // empty: none
  std::optional<Duration> retry_after;
};

// Writes messages, one at a time, all with the time of day (milliseconds since 1970 UTC). What it
// returns is valid until the next call.
class ServerMessages {
 public:
  std::string_view connection(std::string_view session_id, std::string_view transport,
                              std::string_view reason, std::string_view notice, std::int64_t now);
  std::string_view audio_ack(std::string_view session_id, std::int64_t now);
  std::string_view response(const Response& response, std::int64_t now);
  std::string_view delta(std::string_view session_id, std::string_view text, std::int64_t now);
  std::string_view pong(std::int64_t now);
  std::string_view error(const Status& status, std::int64_t now,
                         std::optional<Duration> retry_after = {});
  std::string_view context(std::string_view session_id, std::span<const ContextEntry> entries,
                           std::int64_t now);
  std::string_view mode(Mode mode, std::int64_t now);
  std::string_view interrupted(std::string_view session_id, std::int64_t now);

 private:
  JsonWriter& begin(std::string_view type);
  void add(std::optional<Duration> retry_after);
  std::string_view end(std::int64_t now);

  JsonWriter writer_;
};

// "2026-11-26T01:02:03.004Z".
std::string iso_time(std::int64_t wall_time_ms);

}  // namespace voiceagent::protocols::json
