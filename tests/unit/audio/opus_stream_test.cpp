#include "audio/opus_stream.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

#include "audio/opus_codec.h"
#include "support/catch.h"

using namespace voiceagent;

namespace {

std::vector<std::int16_t> tone(int rate, double seconds) {
  std::vector<std::int16_t> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<std::int16_t>(
        8'000 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate));
  }
  return samples;
}

// A page of an Ogg file as RFC 3533 has it, read by hand.
struct Page {
  unsigned flags = 0;
  std::int64_t granule = 0;
  std::vector<std::string> packets;  // none of ours goes over a page's end
};

std::vector<Page> pages_of(std::string_view file) {
  std::vector<Page> pages;
  while (!file.empty()) {
    REQUIRE(file.size() >= 27);
    REQUIRE(file.starts_with("OggS"));
    Page page;
    page.flags = static_cast<unsigned char>(file[5]);
    std::memcpy(&page.granule, file.data() + 6, 8);
    const auto count = static_cast<unsigned char>(file[26]);
    std::string_view body = file.substr(27U + count);
    std::string packet;
    for (unsigned i = 0; i < count; ++i) {
      const auto size = static_cast<unsigned char>(file[27 + i]);
      packet += body.substr(0, size);
      body.remove_prefix(size);
      if (size < 255) page.packets.push_back(std::exchange(packet, {}));
    }
    CHECK(packet.empty());
    pages.push_back(page);
    file = body;
  }
  return pages;
}

std::string encoded(OpusStream& stream, const std::vector<std::int16_t>& samples) {
  std::string file;
  for (std::size_t at = 0; at < samples.size(); at += 160) {
    const auto piece =
        std::span(samples).subspan(at, std::min<std::size_t>(160, samples.size() - at));
    const auto bytes = stream.append(piece);
    REQUIRE(bytes.ok());
    file += *bytes;
  }
  const auto rest = stream.finish();
  REQUIRE(rest.ok());
  return file + std::string(*rest);
}

}  // namespace

TEST_CASE("an Ogg Opus stream has its headers, its samples and its end") {
  for (const int rate : {8'000, 16'000, 22'050, 48'000}) {
    auto stream = OpusStream::create(rate);
    REQUIRE(stream.ok());
    const std::vector<Page> pages = pages_of(encoded(**stream, tone(rate, 1.5)));
    REQUIRE(pages.size() > 3);
    CHECK(pages.front().flags == 2);  // the beginning
    REQUIRE(pages[0].packets.size() == 1);
    const std::string& head = pages[0].packets[0];
    CHECK(head.starts_with("OpusHead"));
    CHECK(head[9] == 1);  // one channel
    CHECK(pages[1].packets.at(0).starts_with("OpusTags"));
    CHECK((pages.back().flags & 4U) == 4);  // the end
    std::uint16_t skipped = 0;
    std::memcpy(&skipped, head.data() + 10, 2);
    CHECK(std::abs(pages.back().granule - skipped - 72'000) <= 48);  // 1.5 s at 48 kHz
  }
}

TEST_CASE("an Ogg Opus stream's packets sound like what went in") {
  auto stream = OpusStream::create(16'000);
  REQUIRE(stream.ok());
  auto decoder = OpusDecoder::create(16'000);
  REQUIRE(decoder.ok());
  double energy = 0;
  std::int64_t count = 0;
  const std::vector<Page> pages = pages_of(encoded(**stream, tone(16'000, 1)));
  for (std::size_t i = 2; i < pages.size(); ++i) {
    for (const std::string& packet : pages[i].packets) {
      const auto samples =
          (*decoder)->decode({reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()});
      REQUIRE(samples.ok());
      for (const double sample : *samples) energy += sample * sample;
      count += static_cast<std::int64_t>(samples->size());
    }
  }
  CHECK(count >= 16'000);
  CHECK(std::sqrt(energy / 16'000) == Approx(8'000 / std::sqrt(2)).epsilon(0.15));
}

TEST_CASE("an Ogg Opus stream gives its first page of sound before 400 ms are in") {
  auto stream = OpusStream::create(16'000);
  REQUIRE(stream.ok());
  const std::vector<std::int16_t> samples = tone(16'000, 0.4);
  std::string file;
  for (std::size_t at = 0; at < samples.size(); at += 320) {
    file += *(*stream)->append(std::span(samples).subspan(at, 320));
  }
  CHECK(pages_of(file).size() > 2);
}

TEST_CASE("an Ogg Opus stream of an impossible rate is refused") {
  CHECK(OpusStream::create(7'999).status().code() == ErrorCode::kInvalidArgument);
  CHECK(OpusStream::create(96'000).status().code() == ErrorCode::kInvalidArgument);
}
