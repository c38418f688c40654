#include "audio/speech_gate.h"

#include <string>
#include <string_view>

#include "support/catch.h"

using namespace voiceagent;

namespace {

using Change = SpeechGate::Change;

// Pushes a frame for each letter ('x': speech, '.': none) and says what changed: s(tarted),
// e(nded), or the letter.
std::string push(SpeechGate& gate, std::string_view frames) {
  std::string changes;
  for (const char frame : frames) {
    const Change change = gate.push(frame == 'x' ? 1.0F : 0.0F);
    changes += change == Change::kStarted ? 's' : change == Change::kStopped ? 'e' : frame;
  }
  return changes;
}

constexpr SpeechGate::Rule kRule{0.5F, 8, 6, 4};

}  // namespace

TEST_CASE("speech starts when so much of the window is speech, not before") {
  SpeechGate gate(kRule);
  CHECK(push(gate, "...xxxxxxxx") == "...xxxxxsxx");
  CHECK(gate.speaking());
  CHECK(gate.start_frame() == 3);
}

TEST_CASE("frames without speech in the window are forgiven") {
  SpeechGate gate(kRule);
  CHECK(push(gate, "xx.xx.xx") == "xx.xx.xs");
  CHECK(gate.start_frame() == 0);
  SpeechGate strict(kRule);
  CHECK(push(strict, "xx.xx..xx.xx..xx") == "xx.xx..xx.xx..xx");
}

TEST_CASE("the start is dated back to the first speech of the window") {
  SpeechGate gate(kRule);
  push(gate, "x.......x.xxx.xx");
  CHECK(gate.speaking());
  CHECK(gate.start_frame() == 8);
}

TEST_CASE("speech stops after so many frames without any, dated back to the last one") {
  SpeechGate gate(kRule);
  push(gate, "xxxxxx");
  CHECK(push(gate, "...x...x....") == "...x...x...e");
  CHECK_FALSE(gate.speaking());
  CHECK(gate.end_frame() == 14);
}

TEST_CASE("what comes right after a stop needs its own window") {
  SpeechGate gate(kRule);
  push(gate, "xxxxxx....");
  CHECK(push(gate, "xxxxx") == "xxxxx");
  CHECK(push(gate, "x") == "s");
  CHECK(gate.start_frame() == 10);
}

TEST_CASE("the threshold itself counts as speech") {
  SpeechGate gate({0.5F, 1, 1, 1});
  CHECK(gate.push(0.499F) == Change::kNone);
  CHECK(gate.push(0.5F) == Change::kStarted);
  CHECK(gate.push(0.499F) == Change::kStopped);
}

TEST_CASE("a window of 64 frames is the widest") {
  SpeechGate gate({0.5F, 64, 64, 2});
  CHECK(push(gate, std::string(63, 'x')) == std::string(63, 'x'));
  CHECK(push(gate, "x") == "s");
  CHECK(gate.start_frame() == 0);
}

TEST_CASE("a cut ends speech as silence would, and forgets the window") {
  SpeechGate gate(kRule);
  CHECK_FALSE(gate.cut());
  push(gate, "xxxxxx");
  CHECK(gate.cut());
  CHECK_FALSE(gate.cut());
  CHECK(push(gate, "xxxxx") == "xxxxx");
  CHECK(push(gate, "x") == "s");
  CHECK(gate.start_frame() == 6);
  CHECK(gate.frames() == 12);
}
