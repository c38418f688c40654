/// @file
/// The vocabulary: everything that happens in a session is one of these events.
///
/// Each event is a small plain struct. Text, words and audio in it are views that live during the
/// call that delivers it; copy() (event_copy.h) makes an owner. `fields()` lists an event's fields
/// once, for copying, JSON and every wire format. Kinds and field names are stable; new ones are
/// only added.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "voiceagent/audio.h"
#include "voiceagent/export.h"
#include "voiceagent/llm.h"
#include "voiceagent/provider.h"
#include "voiceagent/status.h"
#include "voiceagent/stt.h"
#include "voiceagent/time.h"
#include "voiceagent/tool.h"
#include "voiceagent/tts.h"

namespace voiceagent {

/// Numbers the turns of a session from 1; 0 stands for the session itself. A turn is what the user
/// says and the reply to it. It is a generation too: what still arrives for a cancelled turn is
/// recognised by its id and never played.
using TurnId = std::uint32_t;

/// How audio and text go in and out.
enum class Mode { kVoiceToVoice, kVoiceToText, kTextToVoice, kTextToText };

/// Why a session ended.
enum class CloseReason { kHost, kUser, kAgent, kError, kLimit, kIdle };

/// Why a user's turn was taken to be over.
enum class TurnEndReason { kSilence, kTyped, kCommitted, kLimit, kProvider, kDtmf };

/// Which stage of a turn something belongs to.
enum class Stage { kSession, kInput, kVad, kStt, kTurn, kLlm, kTts, kOutput, kTool };

/// @name Names
/// The stable lower-case names, as in JSON.
/// @{
VOICEAGENT_EXPORT std::string_view to_string(Mode mode);
VOICEAGENT_EXPORT std::string_view to_string(CloseReason reason);
VOICEAGENT_EXPORT std::string_view to_string(TurnEndReason reason);
VOICEAGENT_EXPORT std::string_view to_string(Stage stage);
/// @}

/// The kinds of event. The numbers are stable; 0 is never used.
enum class EventKind : std::uint8_t {
  kSessionOpened = 1,
  kSessionClosed = 2,
  kModeChanged = 3,
  kError = 4,
  kWarning = 5,
  kAudioIn = 10,
  kTextIn = 11,
  kDtmfIn = 12,
  kSpeechStarted = 20,
  kSpeechStopped = 21,
  kTranscriptPartial = 22,
  kTranscriptFinal = 23,
  kTurnEnded = 24,
  kTurnDropped = 25,
  kTurnEstimate = 26,
  kUserAway = 27,
  kUserBack = 28,
  kIntentRecognised = 30,
  kReplyStarted = 31,
  kReplyDelta = 32,
  kReplyDone = 33,
  kHistorySummarised = 34,
  kToolCallStarted = 35,
  kToolCallFinished = 36,
  kToolCallCancelled = 37,
  kToolCallProgress = 38,
  kTransferRequested = 39,
  kSpeechSegment = 40,
  kAudioOut = 41,
  kPlaybackStarted = 42,
  kPlaybackProgress = 43,
  kPlaybackFinished = 44,
  kPlaybackPaused = 45,
  kPlaybackResumed = 46,
  kInterrupted = 47,
  kOutputFlushed = 48,
  kTurnMetrics = 50,
  kProviderFailover = 51,
  kBreakerChanged = 52,
  kPoolStatistics = 53,
  kStageDelayed = 54,
  kReplyHedged = 55,
};

/// Room for per-kind tables: one more than the greatest kind.
inline constexpr std::size_t kEventKinds = 64;

/// Comes with every event.
struct EventEnvelope {
  std::string_view session_id;  ///< Which session; valid as long as the session.
  TurnId turn = 0;              ///< Which turn, or 0.
  std::uint64_t seq = 0;        ///< Counts the events of the session from 1, without gaps.
  Duration time{0};             ///< Since the session opened, on its executor's clock.
};

/// The events.
namespace event {

/// The session is ready for input.
struct SessionOpened {
  static constexpr EventKind kKind = EventKind::kSessionOpened;  ///< Its kind.
  static constexpr std::string_view kName = "session_opened";    ///< Its name on the wire.
  Mode mode = Mode::kVoiceToVoice;                               ///< The first mode.
  int input_rate = 0;   ///< Of the hearing pipeline, in samples a second.
  int output_rate = 0;  ///< Of AudioOut, in samples a second.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("mode", e.mode);
    v("input_rate", e.input_rate);
    v("output_rate", e.output_rate);
  }
};

/// The last event of a session.
struct SessionClosed {
  static constexpr EventKind kKind = EventKind::kSessionClosed;  ///< Its kind.
  static constexpr std::string_view kName = "session_closed";    ///< Its name on the wire.
  CloseReason reason = CloseReason::kHost;                       ///< Why.
  /// Streams of providers that had not closed by LimitOptions::close_timeout; 0: all had in time.
  std::int64_t unclosed_streams = 0;
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("reason", e.reason);
    v("unclosed_streams", e.unclosed_streams);
  }
};

/// From now on another mode holds.
struct ModeChanged {
  static constexpr EventKind kKind = EventKind::kModeChanged;  ///< Its kind.
  static constexpr std::string_view kName = "mode_changed";    ///< Its name on the wire.
  Mode mode = Mode::kVoiceToVoice;                             ///< The new one.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("mode", e.mode);
  }
};

/// Something failed; the session goes on unless SessionClosed follows.
struct Error {
  static constexpr EventKind kKind = EventKind::kError;  ///< Its kind.
  static constexpr std::string_view kName = "error";     ///< Its name on the wire.
  Stage stage = Stage::kSession;                         ///< Where.
  ErrorCode code = ErrorCode::kInternal;                 ///< What kind.
  std::string_view provider;                             ///< Whose, or empty.
  std::string_view message;                              ///< What, where, what to do.
  bool retryable = false;                                ///< Whether a later try may work.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("stage", e.stage);
    v("code", e.code);
    v("provider", e.provider);
    v("message", e.message);
    v("retryable", e.retryable);
  }
};

/// Something odd was seen and dealt with.
struct Warning {
  static constexpr EventKind kKind = EventKind::kWarning;  ///< Its kind.
  static constexpr std::string_view kName = "warning";     ///< Its name on the wire.
  Stage stage = Stage::kSession;                           ///< Where.
  std::string_view message;                                ///< What was seen and what was done.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("stage", e.stage);
    v("message", e.message);
  }
};

/// Audio as the host pushed it, before anything was done to it.
struct AudioIn {
  static constexpr EventKind kKind = EventKind::kAudioIn;  ///< Its kind.
  static constexpr std::string_view kName = "audio_in";    ///< Its name on the wire.
  AudioView audio;                                         ///< The samples.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("audio", e.audio);
  }
};

/// A line that the user typed.
struct TextIn {
  static constexpr EventKind kKind = EventKind::kTextIn;  ///< Its kind.
  static constexpr std::string_view kName = "text_in";    ///< Its name on the wire.
  std::string_view text;                                  ///< UTF-8.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
  }
};

/// A key that the user pressed.
struct DtmfIn {
  static constexpr EventKind kKind = EventKind::kDtmfIn;  ///< Its kind.
  static constexpr std::string_view kName = "dtmf_in";    ///< Its name on the wire.
  std::string_view digits;                                ///< One or more of 0-9, A-D, * and #.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("digits", e.digits);
  }
};

/// The user began to speak. Said once the start rule is satisfied; `start` is dated back.
struct SpeechStarted {
  static constexpr EventKind kKind = EventKind::kSpeechStarted;  ///< Its kind.
  static constexpr std::string_view kName = "speech_started";    ///< Its name on the wire.
  Duration start{0};  ///< When the speech began, on the session's clock.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("start_ms", e.start);
  }
};

/// The user fell silent, for the time being: the turn may go on. `end` is dated back.
struct SpeechStopped {
  static constexpr EventKind kKind = EventKind::kSpeechStopped;  ///< Its kind.
  static constexpr std::string_view kName = "speech_stopped";    ///< Its name on the wire.
  Duration end{0};  ///< When the speech ended, on the session's clock.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("end_ms", e.end);
  }
};

/// The turn's words so far; they may change.
struct TranscriptPartial {
  static constexpr EventKind kKind = EventKind::kTranscriptPartial;  ///< Its kind.
  static constexpr std::string_view kName = "transcript_partial";    ///< Its name on the wire.
  std::string_view text;                                             ///< All words of the turn.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
  }
};

/// Settled words of the turn. Word times are on the session's clock.
struct TranscriptFinal {
  static constexpr EventKind kKind = EventKind::kTranscriptFinal;  ///< Its kind.
  static constexpr std::string_view kName = "transcript_final";    ///< Its name on the wire.
  std::string_view text;        ///< The words settled by this event; may be empty.
  float confidence = 1.0F;      ///< 0 to 1.
  std::span<const Word> words;  ///< Empty when the recogniser gives no times.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
    v("confidence", e.confidence);
    v("words", e.words);
  }
};

/// The user's turn is over and will be answered.
struct TurnEnded {
  static constexpr EventKind kKind = EventKind::kTurnEnded;  ///< Its kind.
  static constexpr std::string_view kName = "turn_ended";    ///< Its name on the wire.
  TurnEndReason reason = TurnEndReason::kSilence;            ///< What ended it.
  std::string_view text;                                     ///< All that the user said in it.
  Duration endpointing{0};  ///< From the end of speech to the decision; 0 for typed turns.
  Duration transcript{0};   ///< From the decision to the settled words.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("reason", e.reason);
    v("text", e.text);
    v("endpointing_ms", e.endpointing);
    v("transcript_ms", e.transcript);
  }
};

/// Sound began a turn, but it is not to be answered: no words came of it, or only a back-channel
/// ("mm-hm") during a reply. It is forgotten.
struct TurnDropped {
  static constexpr EventKind kKind = EventKind::kTurnDropped;  ///< Its kind.
  static constexpr std::string_view kName = "turn_dropped";    ///< Its name on the wire.
  std::string_view text;                                       ///< The words, if any.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
  }
};

/// A detector, or the recogniser itself, says how likely the user's turn is over.
struct TurnEstimate {
  static constexpr EventKind kKind = EventKind::kTurnEstimate;  ///< Its kind.
  static constexpr std::string_view kName = "turn_estimate";    ///< Its name on the wire.
  float probability = 0.0F;                                     ///< 0 to 1.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("probability", e.probability);
  }
};

/// Nobody has said anything for long.
struct UserAway {
  static constexpr EventKind kKind = EventKind::kUserAway;  ///< Its kind.
  static constexpr std::string_view kName = "user_away";    ///< Its name on the wire.
  Duration silence{0};                                      ///< How long it has lasted.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("silence_ms", e.silence);
  }
};

/// The user, who was away, has given a sign of life.
struct UserBack {
  static constexpr EventKind kKind = EventKind::kUserBack;  ///< Its kind.
  static constexpr std::string_view kName = "user_back";    ///< Its name on the wire.
  /// Lists the fields: none.
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&&) {}
};

/// A dialogue engine says what it took the user to mean.
struct IntentRecognised {
  static constexpr EventKind kKind = EventKind::kIntentRecognised;  ///< Its kind.
  static constexpr std::string_view kName = "intent";               ///< Its name on the wire.
  std::string_view name;                                            ///< Empty: not understood.
  float confidence = 0.0F;                                          ///< 0 to 1.
  std::span<const Slot> slots;                                      ///< Named values.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("name", e.name);
    v("confidence", e.confidence);
    v("slots", e.slots);
  }
};

/// The model was asked.
struct ReplyStarted {
  static constexpr EventKind kKind = EventKind::kReplyStarted;  ///< Its kind.
  static constexpr std::string_view kName = "reply_started";    ///< Its name on the wire.
  /// Lists the fields: none.
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&&) {}
};

/// More of the reply's text, as generated; what was heard of it comes with the playback events.
struct ReplyDelta {
  static constexpr EventKind kKind = EventKind::kReplyDelta;  ///< Its kind.
  static constexpr std::string_view kName = "reply_delta";    ///< Its name on the wire.
  std::string_view text;                                      ///< The new piece.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
  }
};

/// The model has said all.
struct ReplyDone {
  static constexpr EventKind kKind = EventKind::kReplyDone;  ///< Its kind.
  static constexpr std::string_view kName = "reply_done";    ///< Its name on the wire.
  std::string_view text;                                     ///< The whole reply.
  FinishReason reason = FinishReason::kStop;                 ///< Why it ended.
  std::int64_t input_tokens = 0;                             ///< 0: not said.
  std::int64_t output_tokens = 0;                            ///< 0: not said.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
    v("reason", e.reason);
    v("input_tokens", e.input_tokens);
    v("output_tokens", e.output_tokens);
  }
};

/// The oldest part of the conversation is from now on kept as a summary.
struct HistorySummarised {
  static constexpr EventKind kKind = EventKind::kHistorySummarised;  ///< Its kind.
  static constexpr std::string_view kName = "history_summarised";    ///< Its name on the wire.
  int messages = 0;                                                  ///< How many it stands for.
  std::string_view text;                                             ///< The summary.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("messages", e.messages);
    v("text", e.text);
  }
};

/// The model has called a tool. ToolCallFinished or ToolCallCancelled follows, exactly one, at the
/// latest when the session closes.
struct ToolCallStarted {
  static constexpr EventKind kKind = EventKind::kToolCallStarted;  ///< Its kind.
  static constexpr std::string_view kName = "tool_call_started";   ///< Its name on the wire.
  std::string_view call_id;                                        ///< Names the call.
  std::string_view tool;                                           ///< Which tool.
  std::string_view arguments;  ///< JSON, as the model wrote it; nothing is checked yet.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("call_id", e.call_id);
    v("tool", e.tool);
    v("arguments", e.arguments);
  }
};

/// A call has its result, or will never have one; it is in the context.
struct ToolCallFinished {
  static constexpr EventKind kKind = EventKind::kToolCallFinished;  ///< Its kind.
  static constexpr std::string_view kName = "tool_call_finished";   ///< Its name on the wire.
  std::string_view call_id;                                         ///< Names the call.
  std::string_view tool;                                            ///< Which tool.
  ToolState state = ToolState::kDone;  ///< kDone, kFailed, kTimedOut or kRejected.
  std::string_view result;             ///< What the model is told.
  Duration duration{0};                ///< Since the call started.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("call_id", e.call_id);
    v("tool", e.tool);
    v("state", e.state);
    v("result", e.result);
    v("duration_ms", e.duration);
  }
};

/// A call was cancelled, because its reply was interrupted or the session closes.
struct ToolCallCancelled {
  static constexpr EventKind kKind = EventKind::kToolCallCancelled;  ///< Its kind.
  static constexpr std::string_view kName = "tool_call_cancelled";   ///< Its name on the wire.
  std::string_view call_id;                                          ///< Names the call.
  std::string_view tool;                                             ///< Which tool.
  Duration duration{0};                                              ///< Since the call started.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("call_id", e.call_id);
    v("tool", e.tool);
    v("duration_ms", e.duration);
  }
};

/// A tool says how it is going.
struct ToolCallProgress {
  static constexpr EventKind kKind = EventKind::kToolCallProgress;  ///< Its kind.
  static constexpr std::string_view kName = "tool_call_progress";   ///< Its name on the wire.
  std::string_view call_id;                                         ///< Names the call.
  std::string_view tool;                                            ///< Which tool.
  std::string_view text;                                            ///< What it says.
  ToolProgress how = ToolProgress::kShown;                          ///< To be shown, or spoken too.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("call_id", e.call_id);
    v("tool", e.tool);
    v("text", e.text);
    v("how", e.how);
  }
};

/// A tool has asked for the user to be handed over; the host does it. The reply has been heard.
struct TransferRequested {
  static constexpr EventKind kKind = EventKind::kTransferRequested;  ///< Its kind.
  static constexpr std::string_view kName = "transfer_requested";    ///< Its name on the wire.
  std::string_view call_id;                                          ///< Names the call.
  std::string_view tool;                                             ///< Which tool.
  std::string_view target;                                           ///< Where to.
  std::string_view result;                                           ///< The tool's result.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("call_id", e.call_id);
    v("tool", e.tool);
    v("target", e.target);
    v("result", e.result);
  }
};

/// A clause went to the synthesiser.
struct SpeechSegment {
  static constexpr EventKind kKind = EventKind::kSpeechSegment;  ///< Its kind.
  static constexpr std::string_view kName = "speech_segment";    ///< Its name on the wire.
  std::string_view text;                                         ///< The clause.
  TextSpan span;                                                 ///< Where in the reply's text.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("text", e.text);
    v("span", e.span);
  }
};

/// A frame leaves for the user.
struct AudioOut {
  static constexpr EventKind kKind = EventKind::kAudioOut;  ///< Its kind.
  static constexpr std::string_view kName = "audio_out";    ///< Its name on the wire.
  AudioView audio;                                          ///< At the session's output rate.
  std::int64_t position = 0;  ///< Samples sent before this frame, in the whole session.
  TextSpan span;              ///< What it speaks of the reply's text.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("audio", e.audio);
    v("position", e.position);
    v("span", e.span);
  }
};

/// The turn's first frame left for the user.
struct PlaybackStarted {
  static constexpr EventKind kKind = EventKind::kPlaybackStarted;  ///< Its kind.
  static constexpr std::string_view kName = "playback_started";    ///< Its name on the wire.
  /// Lists the fields: none.
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&&) {}
};

/// The user has heard more words of the reply.
struct PlaybackProgress {
  static constexpr EventKind kKind = EventKind::kPlaybackProgress;  ///< Its kind.
  static constexpr std::string_view kName = "playback_progress";    ///< Its name on the wire.
  std::string_view heard;                                           ///< All heard so far.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("heard", e.heard);
  }
};

/// The user has heard the whole reply.
struct PlaybackFinished {
  static constexpr EventKind kKind = EventKind::kPlaybackFinished;  ///< Its kind.
  static constexpr std::string_view kName = "playback_finished";    ///< Its name on the wire.
  std::string_view heard;                                           ///< What was heard: all of it.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("heard", e.heard);
  }
};

/// The agent fell silent because the user may be interrupting.
struct PlaybackPaused {
  static constexpr EventKind kKind = EventKind::kPlaybackPaused;  ///< Its kind.
  static constexpr std::string_view kName = "playback_paused";    ///< Its name on the wire.
  std::int64_t position = 0;  ///< First sample that, as far as is known, was not played.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("position", e.position);
  }
};

/// It was no interruption: the agent goes on where it stopped.
struct PlaybackResumed {
  static constexpr EventKind kKind = EventKind::kPlaybackResumed;  ///< Its kind.
  static constexpr std::string_view kName = "playback_resumed";    ///< Its name on the wire.
  std::int64_t position = 0;  ///< Of the first frame that comes now.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("position", e.position);
  }
};

/// The reply was cut off; the context keeps what was heard.
struct Interrupted {
  static constexpr EventKind kKind = EventKind::kInterrupted;  ///< Its kind.
  static constexpr std::string_view kName = "interrupted";     ///< Its name on the wire.
  std::string_view heard;  ///< What the user heard of it, whole words.
  TurnId by_turn = 0;      ///< The turn that cut it off; 0: the host did.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("heard", e.heard);
    v("by_turn", e.by_turn);
  }
};

/// Whoever plays the output must drop, at once, everything that it has not played yet: of all
/// frames before `position`, those that are still waiting will never be wanted.
struct OutputFlushed {
  static constexpr EventKind kKind = EventKind::kOutputFlushed;  ///< Its kind.
  static constexpr std::string_view kName = "output_flushed";    ///< Its name on the wire.
  std::int64_t position = 0;  ///< Samples sent so far: the next frame will have this position.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("position", e.position);
  }
};

/// A turn's waterfall: each a delay after the end of the user's speech (after the input, for typed
/// turns); negative: did not happen.
struct TurnMetrics {
  static constexpr EventKind kKind = EventKind::kTurnMetrics;  ///< Its kind.
  static constexpr std::string_view kName = "turn_metrics";    ///< Its name on the wire.
  Duration speech_end{-1};       ///< When the speech ended, on the session's clock.
  Duration endpointing{-1};      ///< The turn was taken to be over.
  Duration stt_final{-1};        ///< The words were settled.
  Duration llm_first_token{-1};  ///< The first text of the reply came.
  Duration first_clause{-1};     ///< The first clause went to the synthesiser.
  Duration tts_first_audio{-1};  ///< The first audio came from the synthesiser.
  Duration response{-1};         ///< The first frame left for the user.
  Duration played{-1};           ///< The first sample was played, as far as is known.
  Duration barge_in{-1};  ///< From the onset of the voice that interrupted to when output stopped.
  std::int64_t reply_characters = 0;  ///< Bytes of the reply's text.
  bool interrupted = false;           ///< The reply was cut off.
  Duration tools{-1};  ///< So long the model waited for tools, in all: part of what follows them.
  Duration silence{
      -1};  ///< Of a reply that was cut off when audible: from the decision to stop its
            ///< output to the last sample that was played, as far as is known then.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("speech_end_ms", e.speech_end);
    v("endpointing_ms", e.endpointing);
    v("stt_final_ms", e.stt_final);
    v("llm_first_token_ms", e.llm_first_token);
    v("first_clause_ms", e.first_clause);
    v("tts_first_audio_ms", e.tts_first_audio);
    v("response_ms", e.response);
    v("played_ms", e.played);
    v("barge_in_ms", e.barge_in);
    v("reply_characters", e.reply_characters);
    v("interrupted", e.interrupted);
    v("tools_ms", e.tools);
    v("silence_ms", e.silence);
  }
};

/// A provider failed, and another try is made: with the next one of the chain, or with the same.
struct ProviderFailover {
  static constexpr EventKind kKind = EventKind::kProviderFailover;  ///< Its kind.
  static constexpr std::string_view kName = "provider_failover";    ///< Its name on the wire.
  Stage stage = Stage::kLlm;                                        ///< Where.
  std::string_view from;                                            ///< Who failed.
  std::string_view to;                    ///< Who is tried now; the same name: a retry.
  ErrorCode code = ErrorCode::kInternal;  ///< How it failed.
  std::string_view message;               ///< The same in words.
  Duration wait{0};                       ///< Before the next try.
  bool started = false;                   ///< A part had already come; the rest is asked for.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("stage", e.stage);
    v("from", e.from);
    v("to", e.to);
    v("code", e.code);
    v("message", e.message);
    v("wait_ms", e.wait);
    v("started", e.started);
  }
};

/// A provider is left alone from now on, or no longer: for all sessions of the engine.
struct BreakerChanged {
  static constexpr EventKind kKind = EventKind::kBreakerChanged;  ///< Its kind.
  static constexpr std::string_view kName = "breaker_changed";    ///< Its name on the wire.
  Stage stage = Stage::kLlm;                                      ///< Where.
  std::string_view provider;                                      ///< Whose.
  std::string_view state;  ///< "open": left alone, "half_open": one try is made, "closed".
  Duration pause{0};       ///< With "open": before it is tried again.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("stage", e.stage);
    v("provider", e.provider);
    v("state", e.state);
    v("pause_ms", e.pause);
  }
};

/// How a pool of services is doing.
struct PoolStatistics {
  static constexpr EventKind kKind = EventKind::kPoolStatistics;  ///< Its kind.
  static constexpr std::string_view kName = "pool_statistics";    ///< Its name on the wire.
  std::string_view name;                                          ///< Which pool.
  std::int64_t in_use = 0;                                        ///< Lent out now.
  std::int64_t idle = 0;                                          ///< Ready to be lent.
  std::int64_t created = 0;                                       ///< Made so far.
  std::int64_t failed = 0;                                        ///< Could not be made, or broke.
  std::int64_t waits = 0;                                         ///< Requests that had to wait.
  Duration wait_p50{0};                                           ///< Half waited no longer.
  Duration wait_p99{0};                                           ///< All but one in a hundred.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("name", e.name);
    v("in_use", e.in_use);
    v("idle", e.idle);
    v("created", e.created);
    v("failed", e.failed);
    v("waits", e.waits);
    v("wait_p50_ms", e.wait_p50);
    v("wait_p99_ms", e.wait_p99);
  }
};

/// Half of the deadline of a recogniser, a model, a voice or a tool has passed without what is
/// waited for: said once per wait.
struct StageDelayed {
  static constexpr EventKind kKind = EventKind::kStageDelayed;  ///< Its kind.
  static constexpr std::string_view kName = "stage_delayed";    ///< Its name on the wire.
  Stage stage = Stage::kLlm;                                    ///< Where.
  std::string_view provider;                                    ///< Who is waited for; or the tool.
  Duration waited{0};                                           ///< So far.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("stage", e.stage);
    v("provider", e.provider);
    v("waited_ms", e.waited);
  }
};

/// A reply was late and was asked for a second time; the first to answer counts.
struct ReplyHedged {
  static constexpr EventKind kKind = EventKind::kReplyHedged;  ///< Its kind.
  static constexpr std::string_view kName = "reply_hedged";    ///< Its name on the wire.
  std::string_view first;                                      ///< Who is late.
  std::string_view second;                                     ///< Who is asked too.
  Duration waited{0};                                          ///< For the first, until then.
  /// Lists the fields.
  template <class Self, class Visitor>
  static void fields(Self& e, Visitor&& v) {
    v("first", e.first);
    v("second", e.second);
    v("waited_ms", e.waited);
  }
};

}  // namespace event

/// Any event, for those that want all: the recorder, the tracer, the wire protocols.
class AnyEvent {
 public:
  /// Looks at `event`, which must outlive this object.
  template <class E>
  explicit AnyEvent(const E& event, const EventEnvelope& envelope)
      : kind_(E::kKind), event_(&event), envelope_(&envelope) {}

  /// Which event it is.
  EventKind kind() const { return kind_; }
  /// Its session, turn, number and time.
  const EventEnvelope& envelope() const { return *envelope_; }
  /// The event, if it is an E, or null.
  template <class E>
  const E* as() const {
    return kind_ == E::kKind ? static_cast<const E*>(event_) : nullptr;
  }
  /// Calls `visitor` with the event as its own type.
  template <class Visitor>
  void visit(Visitor&& visitor) const;

 private:
  EventKind kind_;
  const void* event_;
  const EventEnvelope* envelope_;
};

/// Calls `f` with a null pointer of each event type: the one list of all types.
template <class F>
void for_each_event_type(F&& f) {
  using namespace event;
  const auto each = [&f]<class... E>(E*... types) { (f(types), ...); };
  each(static_cast<SessionOpened*>(nullptr), static_cast<SessionClosed*>(nullptr),
       static_cast<ModeChanged*>(nullptr), static_cast<Error*>(nullptr),
       static_cast<Warning*>(nullptr), static_cast<AudioIn*>(nullptr),
       static_cast<TextIn*>(nullptr), static_cast<DtmfIn*>(nullptr),
       static_cast<SpeechStarted*>(nullptr), static_cast<SpeechStopped*>(nullptr),
       static_cast<TranscriptPartial*>(nullptr), static_cast<TranscriptFinal*>(nullptr),
       static_cast<TurnEnded*>(nullptr), static_cast<TurnDropped*>(nullptr),
       static_cast<TurnEstimate*>(nullptr), static_cast<UserAway*>(nullptr),
       static_cast<UserBack*>(nullptr), static_cast<HistorySummarised*>(nullptr),
       static_cast<IntentRecognised*>(nullptr), static_cast<ReplyStarted*>(nullptr),
       static_cast<ReplyDelta*>(nullptr), static_cast<ReplyDone*>(nullptr),
       static_cast<ToolCallStarted*>(nullptr), static_cast<ToolCallFinished*>(nullptr),
       static_cast<ToolCallCancelled*>(nullptr), static_cast<ToolCallProgress*>(nullptr),
       static_cast<TransferRequested*>(nullptr), static_cast<SpeechSegment*>(nullptr),
       static_cast<AudioOut*>(nullptr), static_cast<PlaybackStarted*>(nullptr),
       static_cast<PlaybackProgress*>(nullptr), static_cast<PlaybackFinished*>(nullptr),
       static_cast<PlaybackPaused*>(nullptr), static_cast<PlaybackResumed*>(nullptr),
       static_cast<Interrupted*>(nullptr), static_cast<OutputFlushed*>(nullptr),
       static_cast<TurnMetrics*>(nullptr), static_cast<ProviderFailover*>(nullptr),
       static_cast<BreakerChanged*>(nullptr), static_cast<PoolStatistics*>(nullptr),
       static_cast<StageDelayed*>(nullptr), static_cast<ReplyHedged*>(nullptr));
}

template <class Visitor>
void AnyEvent::visit(Visitor&& visitor) const {
  for_each_event_type([&]<class E>(E*) {
    if (const E* event = as<E>()) visitor(*event);
  });
}

}  // namespace voiceagent
