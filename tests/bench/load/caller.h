// One caller of the load generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/ring.h"
#include "bench/load/samples.h"
#include "net/web_socket.h"
#include "voiceagent/time.h"

namespace voiceagent::bench {

enum class LoadMode {
  kListening,  // the agent answers in text: it hears all the time and never talks
  kTalking,    // the agent talks half of the time
  kEcho,       // the other end sends everything back
};

// What all callers found out.
struct LoadResults {
  Samples delay_ms;     // added to a frame; see Caller
  Samples response_ms;  // from the last frame of speech to the first audio of the reply
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t frames_lost = 0;
  std::uint64_t probes_sent = 0;
  std::uint64_t probes_answered = 0;
  std::uint64_t problems = 0;  // errors, warnings, connections that ended
  bool measuring = false;
};

// What a caller says in a cycle: frames of 20 ms.
struct LoadScript {
  std::vector<std::vector<std::byte>> frames;
  std::size_t speech_frames = 0;  // at the beginning
};

// How much a frame was delayed is measured
//  - listening: by a `ping` a second, which is answered on the connection's loop behind all frames
//    that were sent before it: the time until its answer;
//  - talking: by when a frame of the reply arrives, against the reply's own grid of 20 ms. The line
//    through the frame that came soonest counts as no delay. The frames that the agent sends ahead
//    at the beginning of a reply are not on that grid, and don't count;
//  - echo: by when a frame comes back.
class Caller {
 public:
  // Begins to speak after `wait` frames.
  Caller(LoadMode mode, const LoadScript& script, std::size_t wait, LoadResults& results)
      : mode_(mode), script_(script), results_(results), wait_(wait) {}

  bool ready() const { return ready_; }
  bool ended() const { return ended_; }
  // Sends the next frame of the script; to be called 50 times a second.
  void send_frame();
  // Counts the reply that is being heard.
  void finish();

  // What its connection tells.
  void opened(std::shared_ptr<net::WebSocket> socket);
  void text(std::span<char> message);
  void binary(std::span<const std::byte> message);
  void closed(int code, std::string_view reason);

 private:
  struct Arrival {
    Time at;
    std::uint32_t position;
  };

  void hear(Time now, std::span<const std::byte> message);
  void end_reply();
  void problem(std::string_view what);

  const LoadMode mode_;
  const LoadScript& script_;
  LoadResults& results_;
  std::shared_ptr<net::WebSocket> socket_;
  bool ready_ = false;
  bool ended_ = false;
  std::size_t wait_;
  std::size_t sent_ = 0;
  Ring<Time> sent_at_;  // echo: frames on their way
  Time speech_end_;     // of the question that is to be answered; zero: none is
  Time ping_at_;        // zero: none is out
  std::vector<Arrival> reply_;
  std::uint32_t generation_ = 0;
  std::uint32_t next_position_ = 0;
};

}  // namespace voiceagent::bench
