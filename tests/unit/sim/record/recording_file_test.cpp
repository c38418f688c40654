#include "sim/record/recording_file.h"

#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "sim/record/byte_code.h"
#include "sim/replay/recording.h"
#include "support/catch.h"
#include "support/session_rig.h"
#include "support/temp_dir.h"

using namespace voiceagent;
using namespace std::chrono_literals;

namespace {

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string write_all(const test::TempDir& folder, const std::string& bytes) {
  return folder.write("x.vaz", std::as_bytes(std::span(bytes)));
}

// The bytes of a short session's recording.
std::string recorded_session() {
  const test::TempDir folder;
  auto recorder = SessionRecorder::create(folder.path("s.vaz"));
  REQUIRE(recorder.ok());
  {
    test::SessionRig rig(test::scripted_agent("a short reply"), {}, {}, recorder->get());
    rig.say("hello there");
    REQUIRE(rig.settle());
    rig.session->close();
    rig.run(5s);
  }
  REQUIRE((*recorder)->finish().ok());
  return read_all(folder.path("s.vaz"));
}

Status replay(const std::string& path, bool partial = false) {
  ReplayOptions options;
  options.partial = partial;
  return replay_session(path, options).status();
}

bool contains(const Status& status, std::string_view text) {
  return status.message().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("records of any size come back from a file") {
  const test::TempDir folder;
  auto file = RecordingFile::create(folder.path("r.vaz"));
  REQUIRE(file.ok());
  std::string expected;
  for (const std::size_t size : {0U, 5U, 70'000U, 200'000U, 3U}) {
    ByteWriter record;
    record.byte(200);  // of the future: skipped
    record.text(std::string(size, 'x'));
    (*file)->append(record.bytes(), 0ms);
    expected += record.bytes();
  }
  REQUIRE((*file)->finish().ok());
  (*file)->append("too late", 0ms);
  REQUIRE((*file)->finish().ok());
  const std::string bytes = read_all(folder.path("r.vaz"));
  CHECK(bytes.substr(0, kRecordingMagic.size()) == kRecordingMagic);
  CHECK(bytes.size() > expected.size());
  CHECK(bytes.size() < expected.size() + 100);
}

TEST_CASE("a recording that ends anywhere says so, and can be played up to there") {
  const test::TempDir folder;
  const std::string bytes = recorded_session();
  REQUIRE(replay(write_all(folder, bytes)).ok());
  for (std::size_t size = bytes.size() - 1; size > 20; size -= std::min<std::size_t>(size, 1999)) {
    INFO(size << " of " << bytes.size());
    const std::string path = write_all(folder, bytes.substr(0, size));
    const Status status = replay(path);
    REQUIRE_FALSE(status.ok());
    CHECK(contains(status, path));
    const auto recording = read_recording(path);
    if (!recording.ok()) continue;  // not even the beginning is there
    CHECK_FALSE(recording->cut_off.empty());
    ReplayOptions options;
    options.partial = true;
    const auto report = replay_session(path, options);
    REQUIRE(report.ok());
    CHECK_FALSE(report->difference);
    CHECK_FALSE(report->cut_off.empty());
  }
}

TEST_CASE("a damaged recording is refused wherever the damage is") {
  const test::TempDir folder;
  const std::string bytes = recorded_session();
  for (std::size_t at = 0; at < bytes.size(); at += 997) {
    INFO("byte " << at);
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const Status status = replay(write_all(folder, damaged));
    CHECK_FALSE(status.ok());
    (void)replay(write_all(folder, damaged), true);
  }
}

TEST_CASE("other files, newer formats and missing files are told apart") {
  const test::TempDir folder;
  CHECK(contains(replay(write_all(folder, "RIFF....WAVE")), "not a recording"));
  CHECK(contains(replay(write_all(folder, "")), "not a recording"));
  std::string newer(kRecordingMagic);
  newer.back() = 9;
  const Status status = replay(write_all(folder, newer));
  CHECK(status.code() == ErrorCode::kUnsupported);
  CHECK(contains(status, "format 9"));
  CHECK(replay(folder.path("none.vaz")).code() == ErrorCode::kNotFound);
}

TEST_CASE("a session that goes on when its recorder finishes is cut off") {
  const test::TempDir folder;
  auto recorder = SessionRecorder::create(folder.path("s.vaz"));
  REQUIRE(recorder.ok());
  test::SessionRig rig(test::scripted_agent("a short reply"), {}, {}, recorder->get());
  rig.say("hello there");
  REQUIRE((*recorder)->finish().ok());
  REQUIRE(rig.settle());
  CHECK(contains(replay(folder.path("s.vaz")), "had not closed"));
  CHECK(replay(folder.path("s.vaz"), true).ok());
}
