// What came of a run: events, sounds of both sides, steps. Times are on the session's clock.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/far_end.h"
#include "sim/invariants_story.h"
#include "voiceagent/events.h"
#include "voiceagent/json.h"
#include "voiceagent/session.h"

namespace voiceagent::sim {

struct Stretch {
  Duration start{0};
  Duration end{0};
};

// When a step began or ended.
struct StepMark {
  std::string name;
  Duration time{0};
};

// An event but those of audio.
struct SeenEvent {
  EventKind kind{};
  TurnId turn = 0;
  Duration time{0};
  std::size_t begin = 0;  // of its JSON in the record's text
  std::size_t size = 0;
};

class Record {
 public:
  // `mode`: in which the session begins.
  explicit Record(Mode mode) : story_(findings_, mode) {}

  // Takes the next event; the line of JSON that it became, or nothing for audio. The view is valid
  // until the next one.
  std::string_view add(const AnyEvent& event);

  const std::vector<SeenEvent>& events() const { return events_; }
  std::string_view line(const SeenEvent& event) const {
    return std::string_view(text_).substr(event.begin, event.size);
  }
  // The session's turns.
  const Story& story() const { return story_; }
  // Whether the turn's reply was completed by its metrics.
  bool measured(TurnId turn) const { return measured_.contains(turn); }
  // Ways in which the events contradicted each other. Take them once.
  std::vector<Violation> take_violations() { return findings_.take(); }

  std::vector<Stretch> words;  // of the user, without the pauses
  std::vector<Stretch> said;   // of the user, each with its pauses
  std::vector<StepMark> step_starts;
  std::vector<StepMark> step_ends;

  // At the end:
  std::vector<Played> played;    // by the far end
  std::vector<Stretch> audible;  // the agent, at the far end
  std::string far_end_text;      // as it was read there: what `played` points into
  std::string heard;             // the same without white space around it
  std::vector<ContextEntry> context;
  Duration end{0};
  bool settled = false;  // all was quiet before the session was closed by the runner
  std::vector<Violation> violations;

 private:
  std::vector<SeenEvent> events_;
  std::string text_;
  JsonWriter writer_;
  Findings findings_;
  Story story_;
  std::set<TurnId> measured_;
};

}  // namespace voiceagent::sim
