#include "providers/tts/flite/outlet.h"

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/tts_probe.h"

using namespace voiceagent;
using flite::Outlet;
using test::TtsProbe;

namespace {

std::vector<std::int16_t> ramp(std::int16_t from, std::int16_t to) {
  std::vector<std::int16_t> samples;
  for (std::int16_t i = from; i < to; ++i) samples.push_back(i);
  return samples;
}

}  // namespace

TEST_CASE("outlet: speech goes straight to a sink with room") {
  TtsProbe probe;
  Outlet outlet(probe);
  outlet.push(ramp(0, 100));
  CHECK(outlet.empty());
  CHECK(probe.record().samples == ramp(0, 100));
}

TEST_CASE("outlet: what a full sink refuses is kept and comes in order after make_room") {
  TtsProbe probe;
  bool room = false;
  probe.take = [&] { return room; };
  Outlet outlet(probe);
  outlet.push(ramp(0, 1000));
  outlet.push(ramp(1000, 1500));
  CHECK(probe.record().log == "f");
  room = true;
  outlet.drain();
  CHECK(probe.record().log == "f");  // nobody has said that there is room
  outlet.make_room();
  outlet.push(ramp(1500, 1600));
  CHECK(outlet.empty());
  CHECK(probe.record().samples == ramp(0, 1600));
}

TEST_CASE("outlet: kept speech leaves in pieces of 20 ms and stops where the sink is full again") {
  TtsProbe probe;
  int takes = 0;
  probe.take = [&] { return takes-- > 0; };
  Outlet outlet(probe);
  outlet.push(ramp(0, 1000));
  takes = 2;
  outlet.make_room();
  outlet.drain();
  CHECK(probe.record().log == "faaf");
  CHECK(probe.record().samples == ramp(0, 640));
  CHECK_FALSE(outlet.empty());
  takes = 10;
  outlet.make_room();
  outlet.drain();
  CHECK(probe.record().samples == ramp(0, 1000));
}

TEST_CASE("outlet: room that is made while the sink refuses is not overlooked") {
  TtsProbe probe;
  Outlet outlet(probe);
  probe.take = [&] {
    outlet.make_room();
    return false;
  };
  outlet.push(ramp(0, 10));
  CHECK(outlet.has_room());
}

TEST_CASE("outlet: a word is told once, before its first sample, counted from the beginning") {
  TtsProbe probe;
  bool room = true;
  probe.take = [&] { return room; };
  Outlet outlet(probe);
  outlet.push(ramp(0, 100));
  outlet.expect({{{0, 1}, 0, 150}, {{2, 3}, 150, 300}});
  room = false;
  outlet.push(ramp(0, 100));
  room = true;
  outlet.make_room();
  outlet.push(ramp(100, 200));
  outlet.push(ramp(200, 300));
  const test::TtsRecord record = probe.record();
  CHECK(record.log == "atfataa");
  REQUIRE(record.spans.size() == 2);
  CHECK(record.spans[0].begin_sample == 100);
  CHECK(record.spans[1].begin_sample == 250);
  CHECK(record.spans[1].end_sample == 400);
}
