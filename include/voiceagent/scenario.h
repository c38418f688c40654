/// @file
/// Scenarios: whole conversations as files. A scenario says what the user does and when, how the
/// providers and the network behave, and what is to come of it; it runs in virtual time, in
/// milliseconds, and always the same way. docs/guide/simulation.md teaches the file format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "voiceagent/agent.h"
#include "voiceagent/events.h"
#include "voiceagent/export.h"
#include "voiceagent/session.h"
#include "voiceagent/sim.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::sim {

/// What a field of an event must be. Strings are compared byte by byte, numbers as numbers.
struct FieldCheck {
  /// The ways to compare.
  enum class How { kEquals, kNot, kContains, kLacks, kAtLeast, kAtMost };
  /// A value as it stands in JSON.
  using Value = std::variant<std::monostate, bool, double, std::string>;
  std::string field;       ///< Its name, as on the wire; "turn" is the envelope's.
  How how = How::kEquals;  ///< How to compare.
  Value value;             ///< With what.
};

/// Events of one type, perhaps only those with certain fields.
struct EventPattern {
  std::string type;                ///< As on the wire: "turn_ended".
  std::vector<FieldCheck> fields;  ///< All must hold.
};

/// When a step begins: at a time, after an event, or when the step before it has ended.
struct Moment {
  std::optional<Duration> at;         ///< Since the steps began.
  std::optional<EventPattern> after;  ///< An event; not together with `at`.
  int nth = 0;       ///< Which one, counted since the steps began; 0: the first since the step
                     ///< before this one began.
  Duration plus{0};  ///< So much later.
};

/// What a step can do.
namespace step {

/// The user speaks: words and pauses, one after the other.
struct Say {
  /// Words, or a pause.
  struct Piece {
    std::string words;  ///< ASCII; empty: a pause.
    Duration pause{0};  ///< How long it is.
  };
  std::vector<Piece> pieces;  ///< In this order.
};
/// A sound without words: a cough, a door.
struct Noise {
  Duration length{0};      ///< How long.
  double level_db = -4.0;  ///< How loud, of full scale.
};
/// Nobody does anything.
struct Silence {
  Duration length{0};  ///< How long.
};
/// The user presses keys.
struct Keys {
  std::string digits;    ///< One or more.
  Duration interval{0};  ///< Between two; 0: all in one message.
};
/// The user types a line.
struct Type {
  std::string text;  ///< UTF-8.
};
/// The host lets the agent say something of its own accord.
struct AgentSays {
  std::string text;           ///< UTF-8.
  bool interruptible = true;  ///< Whether the user may interrupt.
};
/// The host changes the mode.
struct SwitchMode {
  Mode mode = Mode::kVoiceToVoice;  ///< To this one.
};
/// The microphone changes; what is not set stays as it is.
struct Microphone {
  std::optional<bool> on;          ///< Whether audio comes at all.
  std::optional<int> rate;         ///< Samples a second.
  std::vector<int> frame_samples;  ///< The lengths of frames, in turn; empty: as before.
  std::optional<double> echo_db;   ///< The agent's voice in it, against its own level; -96: none.
  std::optional<double> noise_db;  ///< Of the background between words; -96: none.
};
/// The host cuts the agent off.
struct Interrupt {};
/// The host ends the user's turn.
struct Commit {};
/// The session is closed: by the host, or because the user hung up.
struct Close {
  CloseReason reason = CloseReason::kHost;  ///< Why.
};
struct Repeat;

}  // namespace step

struct Step;

/// Steps, again and again.
struct step::Repeat {
  int times = 1;            ///< How often.
  Duration every{0};        ///< From the beginning of one round to that of the next, at least.
  std::vector<Step> steps;  ///< Of each round; their times and counts begin anew.
};

/// Something that happens in a scenario.
struct Step {
  /// Everything that a step can do.
  using Action = std::variant<step::Say, step::Noise, step::Silence, step::Keys, step::Type,
                              step::AgentSays, step::SwitchMode, step::Microphone, step::Interrupt,
                              step::Commit, step::Close, step::Repeat>;
  std::string name;  ///< For the timings; may be empty.
  Moment when;       ///< Its beginning.
  Action action;     ///< What happens.
};

/// What the scripted model answers.
struct ReplyRule {
  std::string when;  ///< Part of the last message, in any case of letters; empty: fits anything.
  std::string
      after_tool{};  ///< Only if the last message is the result of this tool; empty: always.
  int times = std::numeric_limits<int>::max();  ///< Not used again after so many replies.
  std::string text;                             ///< The reply; a step of it is a word.
  LlmDelivery delivery;                         ///< How it comes.
  std::vector<LlmCall> calls{};  ///< Tools called after the text; then not if none may be called.
};

/// The providers of a scenario. The seeds in them are those of the scenario.
struct ProviderScripts {
  std::vector<SttScript> stt{{}};  ///< The recogniser, stream by stream; the last is for the rest.
  std::vector<ReplyRule> replies;  ///< The model: the first rule that fits answers.
  int vad_rate = 16'000;           ///< What the detector listens at, in samples a second.
  std::vector<TtsScript> tts{{}};  ///< The synthesiser, stream by stream; the last is for the rest.
  std::vector<ToolScript> tools{};                    ///< The tools.
  std::vector<SttScript> stt_fallbacks;               ///< Who listens when the recogniser fails.
  std::vector<std::vector<ReplyRule>> llm_fallbacks;  ///< Who answers when the model fails.
  std::vector<TtsScript> tts_fallbacks;               ///< Who speaks when the synthesiser fails.
};

/// One end of a timing: an event, or a moment that the simulation itself knows.
struct Anchor {
  /// The kinds.
  enum class Kind {
    kEvent,       ///< An event.
    kUserStart,   ///< The user's first sound of something said.
    kUserEnd,     ///< The end of something that the user said.
    kAgentStart,  ///< The agent becomes audible at the far end.
    kAgentEnd,    ///< The agent falls silent at the far end.
    kStepStart,   ///< A step begins.
    kStepEnd,     ///< A step has ended.
  };
  Kind kind = Kind::kEvent;  ///< Which.
  EventPattern event;        ///< With kEvent.
  std::string step;          ///< Its name, with kStepStart and kStepEnd.
  int nth =
      0;  ///< Which one from the beginning; 0: of `from` the first, of `to` the first after it.
};

/// How long something takes.
struct TimingExpectation {
  Anchor from;                  ///< The beginning.
  Anchor to;                    ///< The end.
  std::optional<Duration> min;  ///< At least so long; may be negative.
  std::optional<Duration> max;  ///< At most so long.
  bool every = false;           ///< For each `from`, not only for one.
};

/// How often an event occurs.
struct EventExpectation {
  EventPattern event;                         ///< Which.
  int min = 1;                                ///< At least so often.
  int max = std::numeric_limits<int>::max();  ///< At most so often.
};

/// A range of lengths.
struct LengthRange {
  std::optional<Duration> min;  ///< At least.
  std::optional<Duration> max;  ///< At most.
};

/// What could really be heard, on the user's side of the network.
struct AudibleExpectation {
  LengthRange overlap;  ///< Both at once, in all.
  LengthRange silence;  ///< Neither: the longest stretch between two sounds.
  LengthRange agent;    ///< The agent, in all.
};

/// What a text must be.
struct TextExpectation {
  std::optional<std::string> equals;  ///< Exactly that.
  std::vector<std::string> contains;  ///< These somewhere.
  std::vector<std::string> lacks;     ///< These nowhere.
};

/// One message of the context at the end.
struct ContextExpectation {
  Role role = Role::kUser;              ///< Whose.
  std::string text;                     ///< Exactly that; of a tool: its name.
  bool interrupted = false;             ///< Whether it was cut off.
  std::vector<std::string> calls{};     ///< The tools that the assistant called after it, in order.
  ToolState state = ToolState::kDone;   ///< Of a tool: how the call ended,
  std::optional<std::string> result{};  ///< and with which result; not set: whatever.
};

/// What is to come of a scenario.
struct Expectations {
  std::optional<std::vector<ContextExpectation>> context;  ///< The whole context.
  std::vector<EventExpectation> events;                    ///< Counts.
  std::vector<EventPattern> order;          ///< These occur in this order, with others in between.
  std::vector<TimingExpectation> timings;   ///< How long things take.
  AudibleExpectation audible;               ///< What could be heard.
  std::optional<TextExpectation> heard;     ///< The agent's words that were really played.
  std::optional<CloseReason> close_reason;  ///< How it ended.
  int min_errors = 0;                       ///< Error events, at least.
  int max_errors = 0;                       ///< Error events, at most.
  std::optional<std::uint64_t> max_events;  ///< Events without those for audio.
};

/// A conversation to be simulated, with what is expected of it. A plain value.
struct Scenario {
  std::string name;                 ///< For reports.
  std::string description;          ///< What it is about.
  std::uint64_t seed = 1;           ///< Decides ties and everything random.
  AgentOptions agent;               ///< Its providers are replaced by the scripted ones.
  SessionOptions session;           ///< How the session begins.
  ProviderScripts providers;        ///< How the providers behave.
  FarEndOptions far_end;            ///< The network and the player behind it.
  step::Microphone microphone;      ///< How the microphone begins.
  std::vector<Step> steps;          ///< What happens.
  Duration settle{30'000'000'000};  ///< After the last step, all must be quiet within this.
  Duration heard_tolerance{0};      ///< The context may differ so much from what was played.
  Expectations expect;              ///< What is to come of it.
};

/// Reads a scenario. `file` is for the errors, and its stem is the default name. An error names
/// everything that is wrong, one a line, each with its place: "pause.json: steps[3].say: must not
/// be empty".
VOICEAGENT_EXPORT Result<Scenario> parse_scenario(std::string_view json, std::string_view file);

/// The same from a file. Blocks. kNotFound or kIo when it can't be read.
VOICEAGENT_EXPORT Result<Scenario> load_scenario(const std::string& path);

/// An expectation that was not met.
struct ScenarioFailure {
  std::string expectation;  ///< Which, as its place in the file: "expect.timings[0]".
  std::string expected;     ///< What was expected.
  std::string seen;         ///< What was seen instead.
  Duration around{-1};      ///< When, on the session's clock; negative: at no certain time.
};

/// An event or a sound, for people to read.
struct TimelineEntry {
  Duration time{0};  ///< On the session's clock.
  std::string text;  ///< What happened.
};

/// How a scenario went.
struct ScenarioResult {
  std::string name;                       ///< Of the scenario.
  Duration simulated{0};                  ///< How long the conversation lasted.
  int turns = 0;                          ///< Turns of the user that were answered.
  std::uint64_t events = 0;               ///< Events without those for audio.
  std::vector<ContextEntry> context;      ///< The conversation at the end.
  std::string heard;                      ///< What was really played to the user.
  std::vector<ScenarioFailure> failures;  ///< What was not as expected.
  std::vector<TimelineEntry> timeline;    ///< What happened, in order; empty when all was well.
  /// Whether everything was as expected.
  bool passed() const { return failures.empty(); }
};

/// Gets the session of a run before it opens, on its executor: to trace or to log it.
using SessionObserver = std::function<void(Session& session)>;

/// Runs a scenario on a VirtualExecutor of its own, and checks what came of it: what the scenario
/// expects, and what holds of every conversation (it closes in time, every turn ends, the context
/// agrees with what was played). Blocks; any thread; several may run at once.
VOICEAGENT_EXPORT ScenarioResult run_scenario(const Scenario& scenario,
                                              const SessionObserver& observer = {});

}  // namespace voiceagent::sim
