// A turn detector listens along, and what it says is weighed.
#include "voiceagent/turn_detector.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/session_rig.h"

using namespace voiceagent;
using namespace std::chrono_literals;
using test::SessionRig;

namespace {

// Says what the test told it, when it is asked or later.
class Detector final : public TurnDetectorProvider {
 public:
  float answer = 0.5F;
  bool answers = true;
  Status start_status;
  std::vector<std::string> questions;
  std::int64_t samples = 0;
  int streams = 0;
  int closed = 0;
  TurnDetectorSink* sink = nullptr;
  std::uint64_t last_id = 0;

  Result<std::unique_ptr<TurnDetectorStream>> start(const TurnDetectorRequest& request,
                                                    TurnDetectorSink& to) override {
    CHECK(request.sample_rate == 16'000);
    if (!start_status.ok()) return start_status;
    ++streams;
    sink = &to;
    return std::unique_ptr<TurnDetectorStream>(std::make_unique<Stream>(*this, to));
  }

 private:
  class Stream final : public TurnDetectorStream {
   public:
    Stream(Detector& owner, TurnDetectorSink& sink) : owner_(owner), sink_(sink) {}
    void audio(AudioView audio) override {
      owner_.samples += static_cast<std::int64_t>(audio.samples.size());
    }
    void ask(const TurnQuestion& question) override {
      owner_.questions.emplace_back(question.transcript);
      owner_.last_id = question.id;
      if (owner_.answers) sink_.estimate(question.id, owner_.answer);
    }
    void cancel() override {
      ++owner_.closed;
      sink_.closed();
    }

   private:
    Detector& owner_;
    TurnDetectorSink& sink_;
  };
};

AgentOptions with(const std::shared_ptr<Detector>& detector) {
  AgentOptions agent = test::scripted_agent("Yes.");
  agent.turn.endpointing_min = 200ms;
  agent.turn.endpointing_max = 1500ms;
  agent.turn_detector = detector;
  return agent;
}

Duration silence_before_reply(SessionRig& rig, std::string_view words) {
  rig.say(words);
  const Duration end = rig.now();
  rig.wait(3s);
  return rig.when("turn_ended") - end;
}

}  // namespace

TEST_CASE("a detector that is sure ends a turn that reads as unfinished at once") {
  const auto detector = std::make_shared<Detector>();
  detector->answer = 0.99F;
  SessionRig rig(with(detector));
  const Duration sure = silence_before_reply(rig, "i want to reset the");
  SessionRig without(with(nullptr));
  CHECK(sure < silence_before_reply(without, "i want to reset the"));
  CHECK(detector->questions.back() == "i want to reset the");
  CHECK(detector->samples > 16'000);
  CHECK(rig.count("turn_estimate") >= 1);
}

TEST_CASE("a detector that hears more to come makes the agent wait") {
  const auto detector = std::make_shared<Detector>();
  detector->answer = 0.01F;
  SessionRig rig(with(detector));
  const Duration doubtful = silence_before_reply(rig, "what time is it");
  SessionRig without(with(nullptr));
  CHECK(doubtful > silence_before_reply(without, "what time is it"));
}

TEST_CASE("an answer that comes too late does no harm") {
  const auto detector = std::make_shared<Detector>();
  detector->answers = false;
  SessionRig rig(with(detector));
  rig.say("what time is it");
  rig.wait(3s);
  const int before = rig.count("turn_estimate");
  detector->sink->estimate(detector->last_id, 0.9F);
  rig.run(10ms);
  CHECK(rig.count("turn_estimate") == before);
}

TEST_CASE("an answer that is no number is none") {
  const auto detector = std::make_shared<Detector>();
  detector->answer = std::numeric_limits<float>::quiet_NaN();
  SessionRig rig(with(detector));
  const Duration silence = silence_before_reply(rig, "what time is it");
  SessionRig without(with(nullptr));
  CHECK(silence == silence_before_reply(without, "what time is it"));
  CHECK_FALSE(detector->questions.empty());
}

TEST_CASE("a detector that fails is reported, and tried again with the next utterance") {
  const auto detector = std::make_shared<Detector>();
  detector->start_status = unavailable("no model");
  SessionRig rig(with(detector));
  rig.say("hello there");
  CHECK(rig.settle());
  CHECK(rig.json("error").find(R"("stage":"turn")") != std::string::npos);
  detector->start_status = Status::success();
  rig.say("hello again");
  CHECK(rig.settle());
  CHECK(detector->streams == 1);
  CHECK(rig.count("turn_ended") == 2);
  rig.session->close();
  rig.run(10ms);
  CHECK(rig.session->closed());
  CHECK(detector->closed == 1);
}
