// Who said what: gathers a session's turns for the summary and, if wanted, prints them as they
// come.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/session.h"

namespace cli {

struct DialogueTurn {
  std::string user;
  std::string reply;  // what the user heard of it
  bool interrupted = false;
  std::optional<voiceagent::event::TurnMetrics> metrics;
};

class Dialogue {
 public:
  // Listens to `session`; on its executor. `print`: the dialogue goes to standard output.
  Dialogue(voiceagent::Session& session, bool print);

  const std::map<voiceagent::TurnId, DialogueTurn>& turns() const { return turns_; }
  // What went wrong on the way, one text an error.
  const std::vector<std::string>& errors() const { return errors_; }

  // Writes the turns as an array.
  void write_turns(voiceagent::JsonWriter& json) const;

 private:
  void on(const voiceagent::event::TurnEnded& event, const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::Interrupted& event, const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::PlaybackFinished& event,
          const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::TurnMetrics& event, const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::PlaybackProgress& event,
          const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::PlaybackPaused& event,
          const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::PlaybackResumed& event,
          const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::Error& event, const voiceagent::EventEnvelope& envelope);
  void on(const voiceagent::event::Warning& event, const voiceagent::EventEnvelope& envelope);

  template <class... Events>
  void subscribe(voiceagent::Session& session);
  void line(voiceagent::Duration time, std::string_view who, std::string_view text) const;

  bool print_;
  std::map<voiceagent::TurnId, DialogueTurn> turns_;
  std::vector<std::string> errors_;
  std::vector<voiceagent::Subscription> subscriptions_;
};

}  // namespace cli
