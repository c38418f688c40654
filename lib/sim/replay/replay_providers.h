// Providers that say what was recorded, when the player tells them to. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/record/byte_code.h"
#include "sim/replay/recording.h"
#include "sim/replay/replay_executor.h"
#include "voiceagent/session.h"

namespace voiceagent {

// All streams of a replayed session: those of a kind numbered in the order of their start.
class ReplayStreams {
 public:
  // Tells a sink what the bytes say.
  using Tell = std::function<void(ByteReader&)>;

  // Both must outlive it.
  ReplayStreams(const Recording& recording, ReplayExecutor& executor)
      : recording_(recording), executor_(executor) {}

  // What the next start of that kind gives.
  Result<std::uint64_t> start(StreamKind kind, Tell tell);
  // The call `number` of a tool begins.
  void begin_call(std::uint64_t number, Tell tell);
  // Whether the recording has that stream: it then says itself when the stream closes.
  bool recorded(StreamKind kind, std::uint64_t stream) const;
  void forget(StreamKind kind, std::uint64_t stream) { open_.erase({kind, stream}); }
  // A recogniser's stream is asked to settle. The recorded answer comes as long after that as it
  // did: until then it waits, and with it what follows it.
  void flush(std::uint64_t stream);
  // The stream is told to stop: what it held back comes now.
  void cancel(StreamKind kind, std::uint64_t stream);
  // Posts that an unrecorded stream has closed.
  void close(StreamKind kind, std::uint64_t stream);
  // Runs `task` as one that a provider's call has posted.
  void post(Task task) { executor_.post(std::move(task)); }
  // Whether the stream takes that push.
  bool takes(StreamKind kind, std::uint64_t stream, std::uint64_t push) const {
    return !recording_.refusals.contains({kind, stream, push});
  }
  // What the detector says next.
  float probability(std::uint64_t stream);

  // A provider's call arrives, as recorded. One for a stream that has not begun waits for it, and
  // an answer that nobody has asked for yet waits for the question.
  void arrive(const Stimulus& call);
  // Another task of that call runs.
  void more(std::uint64_t number);
  // Closes all streams. Returns whether there were any.
  bool close_all();

 private:
  using Key = std::pair<StreamKind, std::uint64_t>;
  struct Open {
    Tell tell;
    std::vector<Duration> flushed;    // when it was asked to settle
    std::set<std::uint64_t> settled;  // flushes that were answered at another time than recorded
    std::deque<Stimulus> behind;      // calls that came before an answer that must come first
    bool cancelled = false;           // nobody waits for answers any more
  };

  bool waits(const Key& key, const Open& open, const Stimulus& call) const;
  // Tells the stream's sink, if it is open; `as_recorded`: the call's tasks run when they did.
  void deliver(const Stimulus& call, bool as_recorded);
  void follow_up(const Key& key);

  const Recording& recording_;
  ReplayExecutor& executor_;
  std::array<std::uint64_t, kStreamKinds> started_{};
  std::map<Key, Open> open_;
  std::map<Key, std::vector<Stimulus>> early_;          // for streams that have not begun
  std::map<std::uint64_t, std::vector<Task>> waiting_;  // tasks of calls, the next one last
  std::map<std::uint64_t, std::pair<std::size_t, std::uint64_t>> heard_;  // of detectors
};

// The tools that a session had; `streams` must outlive them.
std::vector<Tool> replay_tools(const Recording& recording, ReplayStreams& streams);
// Providers for the session, as far as the recording has them; `streams` must outlive them.
SessionProviders replay_providers(const Recording& recording, ReplayStreams& streams);

}  // namespace voiceagent
