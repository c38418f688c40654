#include <cstdlib>

#include "support/catch.h"
#include "support/signals.h"
#include "support/temp_dir.h"
#include "voiceagent/wav.h"

using namespace voiceagent;
using namespace voiceagent::test;

namespace {

WavWriter create(const std::string& path, int rate, int channels = 1) {
  auto writer = WavWriter::create(path, rate, channels);
  INFO(writer.status().message());
  REQUIRE(writer.ok());
  return std::move(*writer);
}

Samples read_interleaved(const std::string& path) {
  auto reader = WavReader::open(path);
  INFO(reader.status().message());
  REQUIRE(reader.ok());
  Samples samples(static_cast<std::size_t>(reader->format().frames * reader->format().channels));
  REQUIRE(reader->read_interleaved(samples).ok());
  return samples;
}

}  // namespace

TEST_CASE("what was written is read again, whatever rate and channels") {
  const TempDir dir;
  for (const int channels : {1, 2, 64}) {
    for (const int rate : {4000, 16000, 192000}) {
      const Samples samples = noise(64 * 333, 32767);
      const std::string path = dir.path("a.wav");
      auto writer = create(path, rate, channels);
      REQUIRE(writer.write(samples).ok());
      REQUIRE(writer.finish().ok());
      const auto reader = WavReader::open(path);
      REQUIRE(reader.ok());
      CHECK(reader->format().sample_rate == rate);
      CHECK(reader->format().channels == channels);
      CHECK(reader->format().bits == 16);
      CHECK(read_interleaved(path) == samples);
    }
  }
}

TEST_CASE("the header is right after every finish, and more may be written") {
  const TempDir dir;
  const std::string path = dir.path("a.wav");
  auto writer = create(path, 16000);
  const Samples samples = noise(3000, 20000);
  for (std::size_t part = 1; part <= 3; ++part) {
    REQUIRE(writer.write(std::span(samples).subspan((part - 1) * 1000, 1000)).ok());
    REQUIRE(writer.finish().ok());
    CHECK(read_interleaved(path) == Samples(samples.begin(), samples.begin() + 1000 * part));
    CHECK(std::filesystem::file_size(path) == 44 + 2000 * part);
  }
}

TEST_CASE("the destructor and a move assignment finish what was begun") {
  const TempDir dir;
  {
    auto writer = create(dir.path("a.wav"), 16000);
    REQUIRE(writer.write(Samples{1, 2, 3}).ok());
    writer = create(dir.path("b.wav"), 16000);
    REQUIRE(writer.write(Samples{4}).ok());
  }
  CHECK(read_interleaved(dir.path("a.wav")) == Samples{1, 2, 3});
  CHECK(read_interleaved(dir.path("b.wav")) == Samples{4});
}

TEST_CASE("an existing file is overwritten") {
  const TempDir dir;
  const std::string path = dir.write("a.wav", std::vector<std::byte>(10'000));
  {
    auto writer = create(path, 16000);
    REQUIRE(writer.write(Samples{7}).ok());
  }
  CHECK(std::filesystem::file_size(path) == 46);
  CHECK(read_interleaved(path) == Samples{7});
}

TEST_CASE("a path that can't be written is refused with the system's reason") {
  const TempDir dir;
  const auto refused = [](const std::string& path, ErrorCode code, const std::string& words) {
    const auto writer = WavWriter::create(path, 16000);
    INFO(writer.status().message());
    CHECK(writer.status().code() == code);
    CHECK(writer.status().message().find("'" + path + "'") != std::string::npos);
    CHECK(writer.status().message().find(words) != std::string::npos);
  };
  refused(dir.path("none/a.wav"), ErrorCode::kNotFound, "No such file or directory");
  refused(dir.path(""), ErrorCode::kIo, "Is a directory");
  if (std::filesystem::exists("/dev/full")) {
    refused("/dev/full", ErrorCode::kIo, "No space left on device");
  }
}

TEST_CASE("samples that don't make whole frames are refused") {
  const TempDir dir;
  auto writer = create(dir.path("a.wav"), 16000, 2);
  const Status status = writer.write(Samples{1, 2, 3});
  CHECK(status.code() == ErrorCode::kInvalidArgument);
  CHECK(status.message().find("2 channels") != std::string::npos);
}

TEST_CASE("a file can't grow past 4 GiB") {
  const TempDir dir;
  auto writer = create(dir.path("a.wav"), 16000);
  const Samples one(1);
  // Refused by its size alone: no sample is looked at.
  const Status status = writer.write({one.data(), std::size_t{1} << 31});
  CHECK(status.code() == ErrorCode::kResourceExhausted);
  CHECK(status.message().find("4 GiB") != std::string::npos);
  CHECK(writer.write(one).ok());
}

TEST_CASE("rates and channel counts out of range are refused with the range") {
  const TempDir dir;
  const std::string path = dir.path("a.wav");
  CHECK(WavWriter::create(path, 3999).status().message().find("4000 to 192000") !=
        std::string::npos);
  CHECK(WavWriter::create(path, 192001).status().code() == ErrorCode::kInvalidArgument);
  CHECK(WavWriter::create(path, 16000, 0).status().message().find("1 to 64") != std::string::npos);
  CHECK(WavWriter::create(path, 16000, 65).status().code() == ErrorCode::kInvalidArgument);
  CHECK_FALSE(std::filesystem::exists(path));
}
