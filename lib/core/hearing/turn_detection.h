// The session's end of a turn detector: one stream for all utterances, begun with the first.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/stream/stream_port.h"
#include "voiceagent/turn_detector.h"

namespace voiceagent {

// What it tells the session; on its executor.
class TurnDetectionListener {
 public:
  virtual void turn_estimate(float probability) = 0;
  virtual void turn_detector_failed(Status status) = 0;

 protected:
  ~TurnDetectionListener() = default;
};

class TurnDetection {
 public:
  TurnDetection(TurnDetectorRequest request, PortContext ports,
                std::shared_ptr<TurnDetectorProvider> provider, TurnDetectionListener& listener);
  ~TurnDetection();

  // An utterance begins; its audio; a question in its silence.
  void begin_utterance();
  void frame(AudioView audio);
  void ask(std::string_view transcript, std::string_view agent_said);
  // What was asked no longer matters.
  void forget() { ++question_; }

 private:
  class Port;
  void estimate(std::uint64_t question, float probability);
  void stream_failed(Status status);
  void stream_closed();
  template <class P, class Provider, class Stream, class Listener>
  friend class StreamPort;

  TurnDetectorRequest request_;
  const std::string language_;
  const std::string session_id_;
  const PortContext ports_;
  const std::shared_ptr<TurnDetectorProvider> provider_;
  TurnDetectionListener& listener_;
  std::shared_ptr<Port> port_;
  std::uint64_t question_ = 0;  // the latest
};

}  // namespace voiceagent
