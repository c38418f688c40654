#include "transports/dialogue/synthesis.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/puppet_providers.h"
#include "transports/dialogue/text_pieces.h"
#include "voiceagent/sim.h"

namespace voiceagent::test {
namespace {

using namespace std::chrono_literals;

struct Rig {
  explicit Rig(std::shared_ptr<TtsProvider> provider) : tts(std::move(provider)) {}
  ~Rig() {
    synthesis.reset();
    time->run_for(1s);
  }

  transports::SynthesisRequest request(std::string text) {
    transports::SynthesisRequest made;
    made.tts = tts;
    made.executor = time;
    made.workers = time->workers();
    made.logger = make_null_logger();
    made.text = std::move(text);
    made.on_audio = [this](AudioView audio) {
      if (room < audio.samples.size()) return false;
      room -= audio.samples.size();
      rate = audio.sample_rate;
      samples.insert(samples.end(), audio.samples.begin(), audio.samples.end());
      return true;
    };
    made.on_done = [this](Status result) {
      ++done;
      status = std::move(result);
    };
    return made;
  }
  Status start(transports::SynthesisRequest made) {
    auto started = transports::start_synthesis(std::move(made));
    if (started.ok()) synthesis = std::move(*started);
    return started.status();
  }
  std::string heard() const {
    sim::SpeechReader reader;
    reader.add(samples);
    return reader.text();
  }

  std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  std::shared_ptr<TtsProvider> tts;
  std::unique_ptr<transports::Synthesis> synthesis;
  std::size_t room = SIZE_MAX;
  std::vector<std::int16_t> samples;
  int rate = 0;
  int done = 0;
  Status status;
};

std::string text_of(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i) text += "This is sentence " + std::to_string(i) + ". ";
  return text;
}

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> all;
  transports::TextPieces pieces(text);
  for (auto piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    all.emplace_back(piece);
    pieces.take();
  }
  return all;
}

}  // namespace

TEST_CASE("synthesis: a text becomes audio, faster than it is spoken, and ends once") {
  Rig rig(sim::scripted_tts());
  CHECK(rig.start(rig.request("Good morning to you.")).ok());
  CHECK(rig.done == 0);
  rig.time->run_for(200ms);
  CHECK(rig.done == 1);
  CHECK(rig.status.ok());
  CHECK(rig.heard() == "Good morning to you.");
  CHECK(rig.rate == 16'000);
}

TEST_CASE("synthesis: a long text is spoken to its end, in order") {
  Rig rig(sim::scripted_tts());
  const std::string text = text_of(100);
  CHECK(rig.start(rig.request(text)).ok());
  rig.time->run_for(30s);
  CHECK(rig.done == 1);
  CHECK(rig.heard() + ' ' == text);
}

TEST_CASE("synthesis: who takes nothing more stops the synthesiser, and may go on later") {
  Rig rig(sim::scripted_tts());
  rig.room = 16'000;
  CHECK(rig.start(rig.request(text_of(20))).ok());
  rig.time->run_for(20s);
  CHECK(rig.done == 0);
  CHECK(rig.samples.size() <= 16'000);
  rig.room = SIZE_MAX;
  rig.synthesis->resume();
  rig.time->run_for(20s);
  CHECK(rig.done == 1);
  CHECK(rig.heard() + ' ' == text_of(20));
}

TEST_CASE("synthesis: what can't be spoken is refused at once") {
  Rig rig(sim::scripted_tts());
  CHECK(rig.start(rig.request(" \n")).code() == ErrorCode::kInvalidArgument);
  auto puppet = std::make_shared<TtsPuppet>();
  puppet->start_status = not_found("no such voice");
  rig.tts = puppet;
  CHECK(rig.start(rig.request("hello")).message() == "no such voice");
  rig.tts = nullptr;
  CHECK(rig.start(rig.request("hello")).code() == ErrorCode::kFailedPrecondition);
  rig.time->run_for(100s);
  CHECK(rig.done == 0);
}

TEST_CASE("synthesis: a provider that fails or hangs ends it with an error") {
  auto puppet = std::make_shared<TtsPuppet>();
  Rig rig(puppet);
  CHECK(rig.start(rig.request("hello")).ok());
  puppet->line().sink->error({ErrorCode::kUnavailable, "no line"});
  puppet->line().close();
  rig.time->run_for(0ms);
  CHECK(rig.done == 1);
  CHECK(rig.status.message() == "no line");

  CHECK(rig.start(rig.request("hello")).ok());
  rig.time->run_for(61s);
  CHECK(rig.done == 2);
  CHECK(rig.status.code() == ErrorCode::kTimeout);
}

TEST_CASE("synthesis: a reader may take its time, and what it takes up again is timed anew") {
  auto puppet = std::make_shared<TtsPuppet>();
  Rig rig(puppet);
  rig.room = 0;
  CHECK(rig.start(rig.request("hello")).ok());
  rig.time->run_for(50s);
  CHECK(puppet->speak(20ms));
  rig.time->run_for(10min);
  CHECK(rig.done == 0);
  rig.room = SIZE_MAX;
  rig.synthesis->resume();
  rig.time->run_for(50s);
  CHECK(puppet->speak(20ms));
  rig.time->run_for(50s);
  CHECK(rig.done == 0);
  CHECK(rig.samples.size() == 640);
  rig.time->run_for(11s);
  CHECK(rig.done == 1);
  CHECK(rig.status.code() == ErrorCode::kTimeout);
}

TEST_CASE("synthesis: a reader that listens as it is spoken hears the end of a long text") {
  Rig rig(sim::scripted_tts());
  rig.room = 0;
  const std::string text = text_of(100);
  CHECK(rig.start(rig.request(text)).ok());
  int seconds = 0;
  for (; rig.done == 0 && seconds < 600; ++seconds) {
    rig.room = 16'000;
    rig.synthesis->resume();
    rig.time->run_for(1s);
  }
  CHECK(rig.status.ok());
  CHECK(seconds > 60);
  CHECK(rig.heard() + ' ' == text);
}

TEST_CASE("synthesis: a reader that goes away while it takes nothing leaves no stream behind") {
  auto puppet = std::make_shared<TtsPuppet>();
  Rig rig(puppet);
  rig.room = 0;
  CHECK(rig.start(rig.request("hello")).ok());
  CHECK(puppet->speak(20ms));
  rig.time->run_for(1s);
  rig.synthesis.reset();
  rig.time->run_for(1s);
  CHECK(puppet->alive() == 0);
  CHECK(rig.done == 0);
}

TEST_CASE("synthesis: more audio than allowed is cut off with an error") {
  Rig rig(sim::scripted_tts());
  auto request = rig.request(text_of(50));
  request.max_audio = 2s;
  CHECK(rig.start(std::move(request)).ok());
  rig.time->run_for(10s);
  CHECK(rig.done == 1);
  CHECK(rig.status.code() == ErrorCode::kResourceExhausted);
  CHECK(rig.samples.size() <= 16 * 2'100);
}

TEST_CASE("synthesis: dropped, it cancels and is silent, however late its stream closes") {
  auto puppet = std::make_shared<TtsPuppet>();
  puppet->closes_on_cancel = false;
  Rig rig(puppet);
  CHECK(rig.start(rig.request("hello")).ok());
  rig.synthesis.reset();
  CHECK(puppet->line().log.find('c') != std::string::npos);
  CHECK(puppet->speak(20ms));
  rig.time->run_for(1s);
  CHECK(puppet->alive() == 1);
  puppet->line().close();
  rig.time->run_for(1s);
  CHECK(rig.done == 0);
  CHECK(rig.samples.empty());
  CHECK(puppet->alive() == 0);
}

TEST_CASE("synthesis: a text falls into sentences, long ones into parts, and nothing is lost") {
  CHECK(pieces_of("One. Two! Is 3.5 three? yes") ==
        std::vector<std::string>{"One.", " Two!", " Is 3.5 three?", " yes"});
  CHECK(pieces_of("  \n ").empty());
  const std::string words(1'000, 'x');
  const std::string long_text = "a" + std::string(300, 'b') + " " + words + "\xC3\xA9";
  std::string all;
  for (const std::string& piece : pieces_of(long_text)) {
    CHECK(piece.size() <= 400);
    all += piece;
  }
  CHECK(all == long_text);
}

}  // namespace voiceagent::test
