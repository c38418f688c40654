/// @file
/// Records a call as the two sides hear it: a stereo WAV file, the user left, the agent right, on
/// one time line.
#pragma once

#include <memory>
#include <string>

#include "voiceagent/export.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// Listens to a session and writes its call. It plays the agent's frames the way a player without
/// delay would: one after the other, dropping what a flush takes back. User audio lies on the time
/// line as it was pushed, sample after sample, resampled to the session's output rate; a side that
/// is a minute behind the other is taken to have been silent.
class VOICEAGENT_EXPORT CallRecorder {
 public:
  /// Begins a recording; on the session's executor, before any audio. An empty path writes nothing:
  /// then it is a player only. The error names the path.
  static Result<std::unique_ptr<CallRecorder>> create(Session& session, const std::string& path);
  virtual ~CallRecorder() = default;

  /// How far the simulated player has come in the output stream: for Session::report_playback.
  /// Session's executor.
  virtual std::int64_t played_position() = 0;
  /// Writes what was played up to now, and the header. No more is recorded. Any thread, but not
  /// while the session still publishes. Blocks.
  virtual Status finish() = 0;
};

}  // namespace voiceagent
