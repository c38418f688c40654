/// @file
/// Records sessions whole, and runs them again: the same code then makes the same events, byte for
/// byte, and a change of the code or of an option shows in the first event that differs.
///
/// A recording holds what reaches the session from outside: the host's calls (audio, text, keys,
/// reports of the player, commands), everything that the providers say, the order of tasks and
/// timers with their times, the time of day, and the agent's options, but for those of the
/// providers (they may hold keys) and for strategies of the host's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "voiceagent/agent.h"
#include "voiceagent/engine.h"
#include "voiceagent/executor.h"
#include "voiceagent/export.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

/// Records one session into a file, while it goes on. The session behaves as it would unrecorded,
/// except that its clock stands still while it works on a task or call. What is written in a second
/// is handed to a thread of the recording's own; when the disk falls behind by 4 MB for a second,
/// the recording ends there, and the session goes on.
class VOICEAGENT_EXPORT SessionRecorder {
 public:
  /// Creates or overwrites a file. The error names the path and the system's reason. Blocks.
  static Result<std::unique_ptr<SessionRecorder>> create(const std::string& path);
  /// As finish(); errors are lost.
  ~SessionRecorder();
  SessionRecorder(const SessionRecorder&) = delete;
  SessionRecorder& operator=(const SessionRecorder&) = delete;

  /// As Agent::open_session(), with a session that is recorded; once. Its Session::executor() is
  /// the one given. Any thread; does not block.
  Result<std::shared_ptr<Session>> open_session(Agent& agent, SessionOptions options = {},
                                                std::shared_ptr<Executor> executor = nullptr);

  /// Waits until everything is on the disk, and returns the first thing that went wrong. A session
  /// that has not closed is recorded no further, and its recording counts as cut off. Any thread;
  /// blocks.
  Status finish();

 private:
  struct Impl;
  explicit SessionRecorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Told when the file of a recording is complete, or what went wrong with it.
using RecordingDone = std::function<void(const std::string& path, const Status& status)>;

/// An agent all of whose sessions are recorded, each in `folder` under its id with the ending .vaz:
/// bytes of the id that are not letters, digits, '-' or '_' are written as %2E, and no more than
/// 200 bytes are taken. No file is overwritten: where one is, the next session of its id gets
/// id.2.vaz, and so on. A session whose file can't be made goes on unrecorded. `done`, if given, is
/// called once for each session, by the thread that wrote its file.
VOICEAGENT_EXPORT std::shared_ptr<Agent> record_sessions(std::shared_ptr<Agent> agent,
                                                         std::string folder,
                                                         RecordingDone done = nullptr);

/// How a recording is run again.
struct ReplayOptions {
  /// Changes the agent's options before they are used; null: they stay as recorded.
  std::function<Status(AgentOptions&)> adjust;
  /// Runs a recording that was cut off, or is damaged, as far as it can be read.
  bool partial = false;
};

/// Where a replay and its recording part.
struct ReplayDifference {
  std::uint64_t event = 0;  ///< The number of the recorded event, from 1, as in "seq".
  Duration time{0};         ///< Of that event, since the session opened.
  std::string expected;     ///< The recorded event as JSON; empty: the replay made one too many.
  std::string seen;         ///< What came instead; empty: nothing, for a minute.
};

/// What came of a replay.
struct ReplayReport {
  std::uint64_t events = 0;                    ///< Events that were the same.
  std::optional<ReplayDifference> difference;  ///< The first difference, if there is one.
  std::string cut_off;  ///< Not empty: the recording ended early, and how; with `partial` only.
};

/// Runs a recorded session again, as fast as the code allows, without any provider. The error says
/// what is wrong with the file: missing, not a recording, of a newer version, cut off, damaged.
/// Blocks; must not be called on an executor that waits for it.
VOICEAGENT_EXPORT Result<ReplayReport> replay_session(const std::string& path,
                                                      const ReplayOptions& options = {});

}  // namespace voiceagent
