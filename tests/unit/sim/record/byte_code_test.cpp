#include "sim/record/byte_code.h"

#include <limits>
#include <string>

#include "support/catch.h"

using namespace voiceagent;
using namespace std::chrono_literals;

TEST_CASE("numbers, texts and reals read back as written") {
  const std::uint64_t numbers[] = {0, 1, 127, 128, 300, std::numeric_limits<std::uint64_t>::max()};
  const std::int64_t signed_numbers[] = {0,
                                         -1,
                                         1,
                                         -64,
                                         64,
                                         std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max()};
  ByteWriter out;
  for (const auto n : numbers) out.number(n);
  for (const auto n : signed_numbers) out.signed_number(n);
  out.real(-0.75F);
  out.text(std::string("a\0b", 3));
  out.duration(-3ms);
  out.hash(0x0123456789ABCDEFU);
  ByteReader in(out.bytes());
  for (const auto n : numbers) CHECK(in.number() == n);
  for (const auto n : signed_numbers) CHECK(in.signed_number() == n);
  CHECK(in.real() == -0.75F);
  CHECK(in.text() == std::string("a\0b", 3));
  CHECK(in.duration() == -3ms);
  CHECK(in.hash() == 0x0123456789ABCDEFU);
  CHECK(in.ok());
  CHECK(in.at_end());
}

TEST_CASE("small numbers take one byte") {
  ByteWriter out;
  out.signed_number(-64);
  out.number(127);
  CHECK(out.bytes().size() == 2);
}

TEST_CASE("what isn't there reads as nothing and is told") {
  ByteReader empty("");
  CHECK(empty.number() == 0);
  CHECK_FALSE(empty.ok());
  ByteReader cut(
      std::string_view("\x05"
                       "abc",
                       4));
  CHECK(cut.text().empty());
  CHECK_FALSE(cut.ok());
  CHECK(cut.byte() == 0);
  const std::string endless(11, '\xFF');
  ByteReader too_long(endless);
  CHECK(too_long.number() == 0);
  CHECK_FALSE(too_long.ok());
}

TEST_CASE("a value that an enum doesn't have is refused") {
  enum class Two : std::uint8_t { kOne, kTwo };
  ByteReader fine(std::string_view("\1", 1));
  CHECK(fine.choice(Two::kTwo) == Two::kTwo);
  ByteReader bad(std::string_view("\2", 1));
  (void)bad.choice(Two::kTwo);
  CHECK_FALSE(bad.ok());
}
