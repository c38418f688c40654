// What a recording consists of. docs/guide/record-and-replay.md describes the format byte by byte.
//
// A recording holds everything that reaches a session from outside: calls of the host's, what
// providers tell their sinks and what their streams return, which task and which timer ran when,
// the time of day. From it, the same code makes the same events again.
#pragma once

#include <cstdint>

namespace voiceagent {

// The numbers are stable. Times are nanoseconds on the session's executor since the session was
// made, each as the difference to the record before.
enum class RecordKind : std::uint8_t {
  kSetup = 1,        // JSON: the agent's options, the session's, what the providers can do
  kTask = 2,         // a task of the session's own runs: time, how long ago it was posted
  kTimer = 3,        // a timer runs: time, by how much late, its rank among those due with it
  kSink = 4,         // a provider's call arrives: time, how long ago it was made, the call
  kMore = 5,         // another task of an earlier provider's call runs: time, how many calls ago
  kCall = 6,         // the host calls the session: time, in a handler of which event or 0, the call
  kEvent = 7,        // an event: its JSON
  kAudioOut = 8,     // the same for AudioOut: its fields and a hash of its samples
  kStart = 9,        // a stream begins: time, provider, code and message of the error or 0
  kRefusal = 10,     // a stream takes no audio or text: provider, stream, number of the call
  kVad = 11,         // what a detector says: stream, probability, of how many frames
  kWall = 12,        // the time of day is read: time, milliseconds
  kLateCancel = 13,  // a timer that is due is cancelled before it ran: when it was due
  kEnd = 14,         // the session has closed: how many events it published
  kFlush = 15,       // a recogniser is asked to settle: when, stream
  kApology = 16,     // the audio of the agent's apology, which it had when the session was opened
};

// Whose streams there are. A tool's is a call of it, by its number in the session.
enum class StreamKind : std::uint8_t { kStt, kLlm, kTts, kVad, kTurnDetector, kTool };
inline constexpr int kStreamKinds = 6;

// The calls of a session.
enum class SessionCall : std::uint8_t {
  kAudio,
  kText,
  kDtmf,
  kPlayback,
  kSay,
  kInterrupt,
  kCommit,
  kMode,
  kClose,
  kDrop,  // the host's last pointer has gone
};

// The calls of a provider's sink; from kFailedOver on, of the stream's observer.
enum class SinkCall : std::uint8_t {
  kPartial,
  kFinal,
  kTurnSignal,
  kWritable,
  kDelta,
  kIntent,
  kToolCall,
  kReplyDone,
  kAudio,
  kTiming,
  kSpoken,
  kError,
  kClosed,
  kEstimate,
  kToolAnswer,
  kToolProgress,
  kFailedOver,
  kBreakerChanged,
  kStageDelayed,
  kReplyHedged,
};

}  // namespace voiceagent
