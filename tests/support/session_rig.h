// A session in virtual time with scripted providers, a microphone and a far end: what the tests of
// whole conversations stand on.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "sim/far_end.h"
#include "voiceagent/event_json.h"
#include "voiceagent/session_recorder.h"
#include "voiceagent/sim.h"
#include "voiceagent/voiceagent.h"

namespace voiceagent::test {

using namespace std::chrono_literals;

// An agent of scripted providers that answers everything with `reply`.
AgentOptions scripted_agent(std::string reply);

class SessionRig;

// What few tests need.
struct RigSetup {
  std::shared_ptr<Registry> registry = std::make_shared<Registry>();
  std::function<void(SessionRig&)> unopened;  // called when the session is there, but not open
};

class SessionRig {
 public:
  // With a recorder, the session is recorded.
  explicit SessionRig(AgentOptions agent, SessionOptions session = {},
                      sim::FarEndOptions far_end = {}, SessionRecorder* recorder = nullptr,
                      RigSetup setup = {});
  ~SessionRig();
  SessionRig(const SessionRig&) = delete;
  SessionRig& operator=(const SessionRig&) = delete;

  // The microphone, in 20 ms frames in step with the clock.
  void say(std::string_view text) { hear(sim::speak(text)); }
  void hear(const Pcm& audio);
  // A loud sound without words.
  void noise(Duration length);
  // Silence from the microphone.
  void wait(Duration length) { hear(sim::silence(length)); }
  // Silence until nothing goes on, for at most `limit`. Returns whether it came to that.
  bool settle(Duration limit = 30s);
  // Lets time pass without any microphone.
  void run(Duration length) { time->run_for(length); }

  Duration now() const { return time->now().time_since_epoch(); }
  // The session's messages as "user: hello | assistant: good mor-" ("-": interrupted).
  std::string dialogue() const;
  // How many events of that type came, and the time and text of the latest.
  int count(std::string_view type) const;
  Duration when(std::string_view type) const;
  // The first event line of that type from number `from` on, as JSON; "" when there is none.
  std::string json(std::string_view type) const;

  std::shared_ptr<VirtualExecutor> time;
  std::shared_ptr<Session> session;
  std::unique_ptr<sim::FarEnd> far_end;
  std::vector<std::string> lines;  // all events but audio, as JSON
  int frames_out = 0;
  Duration last_frame{0};

 private:
  struct Seen {
    int count = 0;
    Duration last{0};
    std::string json;
  };
  void see(const AnyEvent& event);

  std::shared_ptr<Agent> agent_;
  std::map<std::string, Seen, std::less<>> seen_;
  Subscription subscription_;
};

}  // namespace voiceagent::test
