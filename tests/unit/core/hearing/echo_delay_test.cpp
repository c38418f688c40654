#include "core/hearing/echo_delay.h"

#include <cmath>
#include <random>
#include <vector>

#include "support/catch.h"

using voiceagent::EchoDelay;

namespace {

// The levels of somebody who speaks, frame by frame: words of 100 to 300 ms, with pauses.
std::vector<float> speech(std::size_t frames, unsigned seed) {
  std::mt19937 random(seed);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / static_cast<double>(random.max());
  };
  std::vector<float> levels;
  while (levels.size() < frames) {
    for (auto n = static_cast<int>(between(5, 15)); n > 0; --n) {
      levels.push_back(static_cast<float>(between(-35, -15)));
    }
    for (auto n = static_cast<int>(between(1, 6)); n > 0; --n) levels.push_back(-80);
  }
  levels.resize(frames);
  return levels;
}

// `heard` is somebody else's, or silence, where there is no echo (0 dB).
std::optional<std::size_t> find(const std::vector<float>& sent, std::size_t delay, float echo_db,
                                const std::vector<float>& heard = {}) {
  EchoDelay measure;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    float level = heard.empty() ? -72 : heard[i];
    if (echo_db < 0 && i >= delay) level = std::max(level, sent[i - delay] + echo_db);
    measure.add(sent[i], level);
  }
  return measure.find();
}

}  // namespace

TEST_CASE("the delay of an echo is found within a second and a half") {
  const std::size_t delay = GENERATE(0U, 3U, 11U, 25U);
  CHECK(find(speech(75 + delay, 1), delay, -20) == delay);
  CHECK(find(speech(200, 2), delay, -8) == delay);
}

TEST_CASE("nothing follows from too little, from silence, or from a steady sound") {
  CHECK_FALSE(find(speech(30, 1), 3, -20));
  CHECK_FALSE(find(speech(200, 1), 0, 0));
  CHECK_FALSE(find(std::vector<float>(200, -20), 3, -20));
}

TEST_CASE("somebody else's speech is no echo") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    CHECK_FALSE(find(speech(200, seed), 0, 0, speech(200, 1'000 + seed)));
  }
}

TEST_CASE("somebody who begins and ends with the agent is no echo") {
  std::vector<float> agent(200, -80);
  std::vector<float> user(200, -72);
  const std::vector<float> a = speech(100, 1);
  const std::vector<float> b = speech(100, 2);
  for (std::size_t i = 0; i < 70; ++i) {
    agent[100 + i] = std::max(a[i], -40.0F);
    user[100 + i] = std::max(b[i], -40.0F);
  }
  CHECK_FALSE(find(agent, 0, 0, user));
}

TEST_CASE("an echo is measured against what was sent before it") {
  EchoDelay measure;
  const std::vector<float> sent = speech(150, 3);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    measure.add(sent[i], i < 4 ? -72 : std::max(-72.0F, sent[i - 4] - 20));
  }
  CHECK(measure.coupling(4) == Approx(-20));
  CHECK(measure.loudest_sent(0, 0) == std::max(sent[149], -70.0F));
  CHECK(measure.loudest_sent(3, 5) == std::max({sent[146], sent[145], sent[144], -70.0F}));
}
