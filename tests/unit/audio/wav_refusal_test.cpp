// What is not read, and the words for it.
#include "support/catch.h"
#include "support/temp_dir.h"
#include "support/wav_bytes.h"
#include "voiceagent/wav.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

Bytes text_bytes(std::string_view text) {
  Bytes bytes;
  append(bytes, text);
  return bytes;
}

void check_refused(const Status& status, ErrorCode code, std::string_view words) {
  INFO(status.message());
  CHECK(status.code() == code);
  CHECK(status.message().find(words) != std::string::npos);
}

void check_refused(std::span<const std::byte> bytes, ErrorCode code, std::string_view words) {
  const auto reader = WavReader::from_bytes(bytes, "some.file");
  check_refused(reader.status(), code, words);
  CHECK(reader.status().message().find("some.file") != std::string::npos);
}

constexpr auto kInvalid = ErrorCode::kInvalidArgument;
constexpr auto kUnsupported = ErrorCode::kUnsupported;

}  // namespace

TEST_CASE("files of other kinds are called by their names, with the way to convert them") {
  using namespace std::string_view_literals;
  constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
      {"ID3\x04\0\0\0\0\0\0\0\0"sv, "an MP3 file"},
      {"\xFF\xFB\x90\x64\0\0\0\0\0\0\0\0"sv, "an MP3 file"},
      {"\xFF\xF1\x50\x80\0\0\0\0\0\0\0\0"sv, "an AAC file"},
      {"OggS\0\x02\0\0\0\0\0\0"sv, "an Ogg file"},
      {"fLaC\0\0\0\x22\0\0\0\0"sv, "a FLAC file"},
      {"FORM\0\0\0\0AIFF"sv, "an AIFF file"},
      {".snd\0\0\0\x18\0\0\0\0"sv, "an AU file"},
      {"caff\0\1\0\0desc"sv, "a CAF file"},
      {"RIFX\0\0\0\0WAVE"sv, "big-endian WAV file (RIFX)"},
      {"RF64\xFF\xFF\xFF\xFFWAVE"sv, "RF64"},
      {"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"sv, "Wave64"},
      {"#!AMR\n\0\0\0\0\0\0"sv, "an AMR file"},
      {"\x1a\x45\xdf\xa3\0\0\0\0\0\0\0\0"sv, "WebM"},
      {"\0\0\0\x20"
       "ftypM4A "sv,
       "MP4"},
      {"RIFF\0\0\0\0AVI "sv, "an AVI film"},
  };
  for (const auto& [bytes, name] : kFiles) {
    check_refused(text_bytes(bytes), kUnsupported, name);
    check_refused(text_bytes(bytes), kUnsupported, "'some.file.wav'");
  }
}

TEST_CASE("the advice is a command that can be pasted") {
  check_refused(text_bytes("fLaC........"), kUnsupported,
                "sox 'some.file' -e signed -b 16 'some.file.wav'");
  check_refused(text_bytes("....ftypM4A "), kUnsupported, "ffmpeg -i 'some.file' 'some.file.wav'");
}

TEST_CASE("what is no audio file at all is refused with its first bytes") {
  check_refused(Bytes(), kInvalid, "it is empty");
  check_refused(text_bytes("Hello, world: no audio."), kInvalid, "48 65 6c 6c 6f");
  check_refused(text_bytes("RIFF"), kInvalid, "it is not a WAV file");
  check_refused(text_bytes("RIFF....WEBP...."), kInvalid, "it is not a WAV file");
}

TEST_CASE("a format that is not read is named") {
  const Bytes data(64);
  check_refused(wav_of({.tag = 0x11, .bits = 4, .frame_bytes = 256}, data), kUnsupported,
                "IMA ADPCM");
  check_refused(wav_of({.tag = 0x55, .bits = 0, .frame_bytes = 1}, data), kUnsupported, "MP3");
  check_refused(wav_of({.tag = 1234}, data), kUnsupported, "format 1234");
  check_refused(wav_of({.tag = 3, .bits = 16}, data), kUnsupported, "16-bit float");
  check_refused(wav_of({.bits = 64}, data), kUnsupported, "64-bit PCM");
  Bytes strange = extensible_chunk({});
  strange.back() = {};
  check_refused(Riff().chunk("fmt ", strange).chunk("data", data).bytes(), kUnsupported,
                "extensible");
}

TEST_CASE("channel counts and rates out of range are refused with the range") {
  const Bytes data(256);
  check_refused(wav_of({.channels = 0, .frame_bytes = 2}, data), kUnsupported, "1 to 64");
  check_refused(wav_of({.channels = 65}, data), kUnsupported, "65 channels");
  check_refused(wav_of({.rate = 3999}, data), kUnsupported, "4000 to 192000");
  check_refused(wav_of({.rate = 192001}, data), kUnsupported, "192001 samples a second");
  check_refused(wav_of({.rate = 0xFFFFFFFF}, data), kUnsupported, "4294967295 samples a second");
}

TEST_CASE("a header that contradicts itself is refused") {
  const Bytes data(64);
  check_refused(wav_of({.channels = 2, .frame_bytes = 3}, data), kInvalid, "frames of 3 bytes");
  check_refused(wav_of({.bits = 24, .frame_bytes = 2}, data), kInvalid, "frames of 2 bytes");
  check_refused(wav_of({.bits = 0, .frame_bytes = 2}, data), kInvalid, "0 bits");
  check_refused(Riff().chunk("fmt ", Bytes(14)).chunk("data", data).bytes(), kInvalid,
                "format chunk is too short");
  const Bytes plain_extensible = format_chunk({.tag = 0xFFFE});
  check_refused(Riff().chunk("fmt ", plain_extensible).chunk("data", data).bytes(), kInvalid,
                "extensible format chunk is too short");
  check_refused(Riff().chunk("data", data).chunk("fmt ", format_chunk({})).bytes(), kInvalid,
                "before their format");
}

TEST_CASE("a file without samples is refused") {
  const Bytes list(8);
  check_refused(wav_of({}, Bytes()), kInvalid, "no samples");
  check_refused(wav_of({.channels = 2}, Bytes(3)), kInvalid, "no samples");
  // Chunks that follow an empty one are not taken for samples.
  const Bytes file =
      Riff().chunk("fmt ", format_chunk({})).chunk("data", Bytes()).chunk("LIST", list).bytes();
  check_refused(file, kInvalid, "no samples");
}

TEST_CASE("a truncated file is refused with what it promised and what is there") {
  Bytes file = wav_of({}, Bytes(32000));
  file.resize(44 + 8000);
  check_refused(
      file, ErrorCode::kIo,
      "its header says 1.00 s (16000 frames), but the file ends after 0.25 s (4000 frames)");
  file.resize(40);
  check_refused(file, ErrorCode::kIo, "ends before its samples begin");
  check_refused(Riff().bytes(), ErrorCode::kIo, "ends before its samples begin");
  check_refused(Riff().chunk("LIST", Bytes(4), 4'000'000'000).bytes(), ErrorCode::kIo,
                "ends before its samples begin");
}

TEST_CASE("a path that can't be opened is refused with the reason") {
  const TempDir dir;
  check_refused(WavReader::open(dir.path("none.wav")).status(), ErrorCode::kNotFound,
                "none.wav': there is no such file");
  check_refused(WavReader::open(dir.path("")).status(), kInvalid, "it is a folder");
  const std::string file = dir.write("a.wav", wav_of({}, Bytes(64)));
  check_refused(WavReader::open(file + "/b.wav").status(), ErrorCode::kNotFound, "no such file");
  if (std::filesystem::exists("/dev/null")) {
    check_refused(WavReader::open("/dev/null").status(), kInvalid, "device");
  }
  std::filesystem::permissions(file, std::filesystem::perms::none);
  if (std::ifstream(file).is_open()) {
    WARN("skipped: this user may read files without permission");
  } else {
    check_refused(WavReader::open(file).status(), ErrorCode::kIo, "Permission denied");
  }
}

TEST_CASE("a file that shrinks while it is read gives an error, not silence") {
  const TempDir dir;
  const std::string path = dir.write("a.wav", wav_of({}, Bytes(200'000)));
  auto reader = WavReader::open(path);
  REQUIRE(reader.ok());
  std::vector<std::int16_t> samples(100'000);
  REQUIRE(reader->read_mono(std::span(samples).first(100)).ok());
  std::filesystem::resize_file(path, 44 + 100'000);
  check_refused(reader->read_mono(samples).status(), ErrorCode::kIo, "of 100000");
}

TEST_CASE("read_wav refuses what is longer than the caller allows") {
  const TempDir dir;
  const std::string path = dir.write("a.wav", wav_of({}, Bytes(64'000)));
  check_refused(read_wav(path, 1.9).status(), kInvalid, "it lasts 2.0 s; at most 1.9 s");
  const auto pcm = read_wav(path, 2.0);
  REQUIRE(pcm.ok());
  CHECK(pcm->samples.size() == 32'000);
  CHECK(pcm->sample_rate == 16'000);
  check_refused(read_wav(dir.path("none.wav")).status(), ErrorCode::kNotFound, "none.wav");
}
