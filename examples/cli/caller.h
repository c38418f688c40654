// Plays an audio file into a session the way a microphone would, and hears the agent out.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "input_audio.h"
#include "voiceagent/call_recorder.h"
#include "voiceagent/session.h"

namespace cli {

// Lives on the session's executor, and as long as its tasks.
class Caller {
 public:
  // `on_done` is called once, when the file has ended and the agent is done with it, or when the
  // session has closed. Everything passed must outlive the caller.
  Caller(voiceagent::Session& session, InputAudio& input, voiceagent::CallRecorder& recorder,
         std::function<void(voiceagent::Status)> on_done);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Begins to speak: frame k is pushed when its last sample has been spoken, at (k + 1) * 20 ms.
  void begin();
  // Whether the agent had to be left while it was still busy.
  bool gave_up() const { return gave_up_; }

 private:
  void schedule();
  void tick();
  // The file's next frame, or what is left of it, then silence.
  voiceagent::Status fill_frame();
  // Whether the agent has had the time to answer.
  bool heard_out();
  void done(voiceagent::Status status);

  voiceagent::Session& session_;
  InputAudio& input_;
  voiceagent::CallRecorder& recorder_;
  std::function<void(voiceagent::Status)> on_done_;
  voiceagent::Subscription closed_;
  voiceagent::TimerId timer_ = 0;
  voiceagent::Time begin_;
  std::int64_t frame_ = 0;    // frames pushed
  std::int64_t silence_ = 0;  // frames since the file ended
  bool speaking_ = true;
  bool done_ = false;
  bool gave_up_ = false;
  std::vector<std::int16_t> samples_;
};

}  // namespace cli
