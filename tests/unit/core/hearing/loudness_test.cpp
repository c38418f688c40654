#include "core/hearing/loudness.h"

#include <vector>

#include "support/catch.h"

using voiceagent::kSilenceDb;
using voiceagent::Loudness;

namespace {

// 20 ms of a square wave: its level in dB of full scale is 20 log10(amplitude / 32768).
std::vector<std::int16_t> frame(int amplitude) {
  std::vector<std::int16_t> samples(320);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<std::int16_t>(i % 2 == 0 ? amplitude : -amplitude);
  }
  return samples;
}

struct Room {
  Loudness loudness;
  // The agent sends `sent`, and the microphone hears `heard`.
  void pass(int frames, int heard, bool voice, int sent = 0) {
    for (int i = 0; i < frames; ++i) {
      if (sent > 0) loudness.sent(frame(sent));
      loudness.heard(frame(heard), voice);
    }
  }
};

}  // namespace

TEST_CASE("the level of a sound is in dB of full scale") {
  CHECK(voiceagent::level_db(frame(3277)) == Approx(-20.0).margin(0.01));
  CHECK(voiceagent::level_db(frame(0)) == kSilenceDb);
  CHECK(voiceagent::level_db({}) == kSilenceDb);
}

TEST_CASE("the background is what is heard while nobody speaks") {
  Room room;
  CHECK(room.loudness.noise() == kSilenceDb);
  room.pass(50, 33, false);
  room.pass(50, 10'000, true);
  CHECK(room.loudness.noise() == Approx(-60).margin(0.5));
  CHECK(room.loudness.level() == Approx(-10.3).margin(0.5));
  room.pass(200, 330, false);  // it has become louder
  CHECK(room.loudness.noise() == Approx(-40).margin(1));
  room.pass(20, 33, false);  // and quieter
  CHECK(room.loudness.noise() == Approx(-60).margin(1));
}

TEST_CASE("a voice is not taken for the background before it comes to light") {
  Room room;
  room.pass(4, 10'000, false);
  room.pass(50, 10'000, true);
  CHECK(room.loudness.noise() == kSilenceDb);
}

TEST_CASE("digital silence is a background, too: what is as silent does not stand out") {
  Room room;
  room.pass(10, 0, false);
  CHECK(room.loudness.noise() == -90);
}

TEST_CASE("an echo is predicted from what is sent, once the room is known") {
  Room room;
  room.pass(50, 200, false, 10'000);
  CHECK(room.loudness.echo() == kSilenceDb);  // not known yet
  room.pass(40, 200, false, 10'000);
  const double coupling = voiceagent::level_db(frame(200)) - voiceagent::level_db(frame(10'000));
  CHECK(room.loudness.echo() == Approx(-10.3 + coupling).margin(0.5));
  room.pass(60, 100, false, 5'000);
  CHECK(room.loudness.echo() == Approx(-16.3 + coupling).margin(0.5));
  room.pass(60, 0, false);
  CHECK(room.loudness.echo() == kSilenceDb);  // nothing is sent
}

TEST_CASE("an echo that comes late is an echo too, in every reply") {
  Room room;
  room.pass(120, 200, false, 10'000);
  const float known = room.loudness.echo();
  room.pass(60, 0, false);
  room.pass(20, 0, false, 10'000);  // on its way
  room.pass(1, 200, false, 10'000);
  CHECK(room.loudness.echo() == Approx(known).margin(0.5));
}

TEST_CASE("a user who begins when the agent does is not learnt as its echo") {
  Room room;
  room.pass(4, 6'000, false, 10'000);  // the detector has not noticed yet
  room.pass(100, 6'000, true, 10'000);
  CHECK(room.loudness.echo() == kSilenceDb);
}

TEST_CASE("a voice that was nobody was an echo") {
  Room room;
  room.pass(4, 1'000, false, 10'000);
  room.pass(10, 1'000, true, 10'000);
  room.loudness.voice_was_nobody();
  room.pass(1, 1'000, false, 10'000);
  CHECK(room.loudness.echo() == Approx(-30.3).margin(1));
  // It was a cough: the room is quieter than that, as is soon heard.
  room.pass(150, 10, false, 10'000);
  CHECK(room.loudness.echo() < -60);
}

TEST_CASE("a voice that ends when the agent falls silent may have been its echo") {
  Room room;
  room.pass(5, 1'000, false, 10'000);
  room.pass(5, 1'000, true, 10'000);
  room.pass(3, 1'000, true);  // withheld: the rest of the echo,
  room.pass(5, 10, true);     // and the time to be sure of its end
  room.loudness.voice_ends();
  CHECK(room.loudness.voice_fell_silent());
  room.loudness.voice_was_nobody();  // as its words have shown
  room.pass(1, 10, false, 10'000);
  CHECK(room.loudness.echo() == Approx(-30.3).margin(1));
}

TEST_CASE("a voice that goes on when the agent falls silent, or lets it speak, is somebody's") {
  Room room;
  room.pass(5, 1'000, false, 10'000);
  room.pass(5, 1'000, true, 10'000);
  Room patient = room;
  room.pass(20, 1'000, true);
  room.loudness.voice_ends();
  CHECK_FALSE(room.loudness.voice_fell_silent());
  patient.pass(5, 10, true, 10'000);
  patient.loudness.voice_ends();
  CHECK_FALSE(patient.loudness.voice_fell_silent());
}

TEST_CASE("nothing is silenced where no echo is known") {
  Room room;
  room.pass(50, 10, false);
  room.pass(100, 200, false, 10'000);
  CHECK(room.loudness.gain() == 1);
}

TEST_CASE("a suspected echo is silenced for a while, and a louder voice isn't") {
  Room room;
  room.pass(50, 10, false);
  room.pass(10, 300, true, 10'000);  // 30 dB below what is sent
  room.loudness.voice_was_nobody();
  room.pass(5, 300, false, 10'000);
  CHECK(room.loudness.gain() == Approx(10.0 / 300).epsilon(0.1));
  room.pass(1, 3'000, false, 10'000);
  CHECK(room.loudness.gain() == 1);
  room.pass(5, 300, false, 10'000);
  CHECK(room.loudness.gain() == 1);  // its soft end, perhaps
  room.pass(10, 300, false, 10'000);
  CHECK(room.loudness.gain() < 0.1F);
  room.pass(150, 300, false, 10'000);  // it should have been found by now
  CHECK(room.loudness.gain() == 1);
}

TEST_CASE("a voice about as loud as what is sent is not suspected of being its echo") {
  Room room;
  room.pass(50, 10, false);
  room.pass(10, 5'000, true, 10'000);
  room.loudness.voice_was_nobody();
  room.pass(5, 5'000, false, 10'000);
  CHECK(room.loudness.gain() == 1);
}

TEST_CASE("what is left of a cancelled echo is learnt within a second, and forgotten in a pause") {
  Room room;
  room.pass(50, 10, false);
  room.loudness.echo_is_cancelled(-20);
  const auto speak = [&](int frames, int heard) {
    for (int i = 0; i < frames; ++i) {
      room.loudness.plays(-10.0F);
      room.pass(1, heard, false, 10'000);
    }
  };
  speak(1, 1'000);
  CHECK(room.loudness.echo() == Approx(-30).margin(1));
  speak(50, 60);
  CHECK(room.loudness.echo() == Approx(-55).margin(3));
  CHECK(room.loudness.gain() == Approx(10.0 / 60).epsilon(0.1));
  speak(1, 600);
  CHECK(room.loudness.gain() == 1);
  room.loudness.plays(-96.0F);
  room.pass(20, 10, false);
  CHECK(room.loudness.echo() == kSilenceDb);
  speak(1, 10);
  CHECK(room.loudness.echo() == Approx(-30).margin(1));
}
