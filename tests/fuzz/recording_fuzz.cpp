// Any records as a recording, and any bytes as a file of them: read without harm, and what can be
// read is played to its end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/record/agent_text.h"
#include "sim/record/recording_file.h"
#include "sim/replay/player.h"
#include "sim/replay/recording.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;

void demand(bool promise) {
  if (!promise) std::abort();
}

// An agent with all kinds of provider, in place of whatever the bytes would say of one.
std::string setup_record() {
  const std::string json =
      R"({"session":"s","output_rate":0,"playout_delay":0,"wall_ms":0,"clock_ns":0,"providers":{)"
      R"("stt":{"sample_rates":[16000],"partials":true},"llm":true,"tts":{"sample_rate":16000},)"
      R"("vad":{"sample_rate":16000,"frame_samples":160}},"agent":{"greeting":"hello"}})";
  ByteWriter record;
  record.choice(RecordKind::kSetup);
  record.text(json);
  return record.take();
}

void play(const Recording& recording) {
  Player player(recording);
  const Result<ReplayReport> report = player.play(read_agent(recording.setup["agent"]));
  demand(report.ok());
  demand(report->cut_off == recording.cut_off);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const Result<Recording> file = read_recording_bytes(bytes, "name");
  if (!file.ok()) demand(file.status().message().find("name: ") == 0);
  const Recording recording = parse_records(setup_record() + bytes);
  // A second setup would make it another session than the one that is meant.
  if (recording.setup["session"].string() == "s") play(recording);
  return 0;
}
