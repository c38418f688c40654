// The far end of a call: a player with a network between, that keeps its own truth of what was
// played, apart from the reports that it sends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ring.h"
#include "voiceagent/session.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {

struct FarEndOptions {
  Duration delay{0};    // of the network, each way
  bool reports = true;  // it tells the session what it has played, every 20 ms
};

// Lives on the session's executor; must go before the session's events do.
class FarEnd {
 public:
  FarEnd(Session& session, FarEndOptions options);
  ~FarEnd() { state_->session = nullptr; }  // reports may be under way
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;

  // What was really played up to now, read from the samples.
  const std::string& heard();
  // Samples really played up to now.
  std::int64_t played();
  // When the last sample was played that has been played up to now.
  Duration last_played_at();

 private:
  struct Chunk {
    std::vector<std::int16_t> samples;
    std::int64_t position = 0;
    Duration start{0};  // when its first sample plays
  };
  struct State {
    Executor* executor;
    Session* session;
    FarEndOptions options;
    int rate;
    Ring<Chunk> queue;
    SpeechReader reader;
    std::int64_t played = 0;
    std::int64_t position = 0;  // in the session's output stream
    Duration free_at{0};        // when the queue will have been played
    Duration last_played_at{0};
    bool reporting = false;

    Duration now() const { return executor->now().time_since_epoch(); }
    void arrive(Chunk chunk);
    void flush();
    void advance();
    void report(const std::shared_ptr<State>& self);
  };

  template <class F>
  void later(F f);

  std::shared_ptr<State> state_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace voiceagent::sim
