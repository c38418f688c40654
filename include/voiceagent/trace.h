/// @file
/// Traces: what happened in sessions as a time line to look at, in the JSON that Perfetto
/// (ui.perfetto.dev) and Chrome (chrome://tracing) open.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "voiceagent/export.h"
#include "voiceagent/session.h"
#include "voiceagent/status.h"

namespace voiceagent {

/// Takes the next piece of a trace's text, which is valid during the call; false: it can't be
/// written, and no more comes. Called on the executors of the sessions listened to, so from several
/// threads at once if these live on several: each piece is whole lines, in any order.
using TraceSink = std::function<bool(std::string_view text)>;

/// Writes the trace of any number of sessions, as they go: little is kept in memory. A session is a
/// process in it, with a track (a thread) each for the session itself, the user's speech and turns,
/// the recogniser, the model, the synthesiser, the playback and the response: how the time between
/// the user's last word and the agent's first was spent. Slices of a track nest and never overlap.
class VOICEAGENT_EXPORT TraceRecorder {
 public:
  /// Writes a file. The error names the path and the system's reason. Blocks, as writing does.
  static Result<std::unique_ptr<TraceRecorder>> create(const std::string& path);
  /// Hands the text to `sink`.
  static std::unique_ptr<TraceRecorder> create(TraceSink sink);
  /// Finishes; errors are lost: call finish() to see them.
  ~TraceRecorder();
  TraceRecorder(const TraceRecorder&) = delete;
  TraceRecorder& operator=(const TraceRecorder&) = delete;

  /// Traces `session` from now until it has closed. On its executor.
  void listen(Session& session);
  /// Completes the text; what sessions do later is not traced. Any thread, but not while a session
  /// that is listened to publishes. Returns the first thing that went wrong.
  Status finish();

 private:
  struct Output;
  explicit TraceRecorder(std::shared_ptr<Output> output);
  std::shared_ptr<Output> output_;
};

}  // namespace voiceagent
