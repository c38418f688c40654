// A streaming connection to a session of scripted providers, in virtual time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/stream/audio_header.h"
#include "support/fake_connection.h"
#include "support/fake_host.h"
#include "support/session_rig.h"
#include "transports/websocket/handlers.h"
#include "voiceagent/sim.h"

namespace voiceagent::test {

inline std::string bytes_of(const Pcm& audio) {
  return {reinterpret_cast<const char*>(audio.samples.data()), audio.samples.size() * 2};
}

class StreamRig {
 public:
  explicit StreamRig(AgentOptions agent = scripted_agent("Good morning to you."))
      : time(VirtualExecutor::create()),
        loop(std::make_shared<VirtualLoop>(time)),
        host(std::make_shared<FakeHost>(time, std::move(agent))) {}
  ~StreamRig() {
    host->is_draining = true;  // nothing waits to be resumed
    connections_.clear();
    for (int i = 0; i < 3; ++i) {
      for (const auto& other : others) other->run_for(5s);
      run(5s);
      host->sessions().end_all(CloseReason::kHost);
    }
  }

  // A connection that has said nothing yet.
  FakeConnection& connect(std::shared_ptr<net::Loop> on = nullptr) {
    auto handler = transports::make_stream_handler(host, {"websocket", "by its path", ""});
    connections_.push_back(
        std::make_unique<FakeConnection>(on ? std::move(on) : loop, std::move(handler)));
    run(0ms);
    return *connections_.back();
  }
  // One that has started, with these fields besides the type (`"a":1`).
  FakeConnection& start(const std::string& fields = {}) {
    FakeConnection& connection = connect();
    connection.text(R"({"type":"start")" + (fields.empty() ? "" : "," + fields) + "}");
    run(0ms);
    return connection;
  }
  void run(Duration span) { time->run_for(span); }

  // Audio in frames of 20 ms, in step with the clock.
  void hear(FakeConnection& connection, const Pcm& audio) {
    const std::string bytes = bytes_of(audio);
    const auto frame = static_cast<std::size_t>(audio.sample_rate / 50 * 2);
    for (std::size_t at = 0; at < bytes.size(); at += frame) {
      connection.binary(bytes.substr(at, frame));
      run(20ms);
    }
  }
  void say(FakeConnection& connection, std::string_view text) {
    hear(connection, sim::speak(text));
  }
  void silence(FakeConnection& connection, Duration length) {
    hear(connection, sim::silence(length));
  }

  std::shared_ptr<VirtualExecutor> time;
  std::shared_ptr<VirtualLoop> loop;
  std::shared_ptr<FakeHost> host;
  std::vector<std::shared_ptr<VirtualExecutor>> others;  // of loops that connections live on too

 private:
  std::vector<std::unique_ptr<FakeConnection>> connections_;
};

// What the frames speak (s16le), and their headers.
inline std::string spoken(const std::vector<std::string>& frames) {
  sim::SpeechReader reader;
  for (const std::string& frame : frames) {
    std::vector<std::int16_t> samples((frame.size() - 8) / 2);
    std::copy_n(frame.data() + 8, samples.size() * 2, reinterpret_cast<char*>(samples.data()));
    reader.add(samples);
  }
  return reader.text();
}

inline protocols::stream::AudioHeader header_of(const std::string& frame) {
  return protocols::stream::read_header(std::as_bytes(std::span(frame)));
}

inline std::string dialogue_of(const Json& entries) {
  std::string all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Json entry = entries.at(i);
    all += (all.empty() ? "" : " | ") + std::string(entry["role"].string()) + ": " +
           std::string(entry["text"].string()) + (entry["interrupted"].boolean() ? "-" : "");
  }
  return all;
}

}  // namespace voiceagent::test
