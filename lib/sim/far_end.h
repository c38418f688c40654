// The far end of a call: a player with a network between, that keeps its own truth of what was
// played, apart from the reports that it sends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ring.h"
#include "sim/chance.h"
#include "voiceagent/session.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {

// A stretch that was played without a gap.
struct Played {
  TurnId turn = 0;            // whose audio it was
  SampleOrigin origin;        // of its first sample, as the samples themselves say
  std::int64_t position = 0;  // of its first sample in the session's output stream
  std::int64_t samples = 0;
  Duration start{0};  // when its first sample was played, on the executor's clock
  Duration end{0};    // when its last sample was
  // Which bytes of heard() it brought; a character counts once its first sample has been played.
  std::size_t text_begin = 0;
  std::size_t text_end = 0;
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
  // All that was really played up to now, in order.
  const std::vector<Played>& stretches();
  // The furthest position that a report which reached the session named.
  std::int64_t reported() const { return state_->reported; }

 private:
  struct Chunk {
    std::vector<std::int16_t> samples;
    TurnId turn = 0;
    std::int64_t position = 0;
    SampleOrigin origin;
    bool lost = false;     // silence plays in its place
    std::size_t used = 0;  // samples played
    Duration start{0};     // when the first sample that is left plays
  };
  struct State : std::enable_shared_from_this<State> {
    State(Session& of, const FarEndOptions& with);
    Executor* executor;
    Session* session;
    const FarEndOptions options;
    const int rate;
    Chance chance;

    Ring<UniqueFunction<void(State&)>> under_way;  // on the network, towards this end
    Duration arrival{0};                           // when all of it has come
    SampleOrigin next_origin;                      // of the audio that continues the last,
    TurnId next_turn = 0;                          // if it is of the same turn
    Ring<Chunk> queue;                             // waiting to be played
    Duration free_at{0};                           // when the queue will have been played

    SpeechReader reader;
    std::vector<Played> stretches;
    std::int64_t played = 0;
    std::int64_t position = 0;  // in the session's output stream
    std::int64_t reported = 0;
    Duration last_played_at{0};
    bool reporting = false;

    Duration now() const { return executor->now().time_since_epoch(); }
    void send(UniqueFunction<void(State&)> message);
    void take(const event::AudioOut& out, TurnId turn);
    void arrive(Chunk chunk);
    void flush();
    void advance();
    void play(Chunk& chunk, std::size_t count);
    void schedule_report();
    void report();
  };

  std::shared_ptr<State> state_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace voiceagent::sim
