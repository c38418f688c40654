#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "sim/record/byte_code.h"
#include "sim/record/record.h"
#include "sim/record/recording_file.h"
#include "support/catch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;

// The target ends the program when a promise is broken.
void feed(std::string_view bytes) {
  const std::string copy(bytes);  // of exactly that size, so that a sanitizer sees its end
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size()) ==
        0);
}

std::string record(RecordKind kind, const ByteWriter& payload) {
  ByteWriter all;
  all.choice(kind);
  all.text(payload.bytes());
  return all.take();
}

// A beginning that makes sense: the session opens, and text is typed.
std::string opening() {
  ByteWriter task, call;
  task.duration(Duration(0));
  task.duration(Duration(0));
  call.duration(Duration(1'000'000));
  call.number(0);
  call.choice(SessionCall::kText);
  call.text("hello");
  return record(RecordKind::kTask, task) + record(RecordKind::kCall, call);
}

}  // namespace

TEST_CASE("nothing at all and every single record of a byte do no harm") {
  feed("");
  for (int kind = 0; kind < 256; ++kind) {
    for (const char byte : {'\0', '\1', '\x7F', '\xFF'}) {
      feed(std::string{static_cast<char>(kind), '\1', byte});
      feed(opening() + std::string{static_cast<char>(kind), '\1', byte});
    }
  }
}

TEST_CASE("every beginning of a recording does no harm") {
  const std::string bytes = opening();
  for (std::size_t size = 0; size <= bytes.size(); ++size) feed(bytes.substr(0, size));
}

TEST_CASE("calls of all kinds with chance for arguments do no harm") {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    std::string bytes = opening();
    for (int i = 0; i < 12; ++i) {
      const auto kind = static_cast<RecordKind>(2 + random() % 14);
      ByteWriter payload;
      payload.duration(Duration(static_cast<std::int64_t>(random() % 100'000'000)));
      const std::size_t length = random() % 12;
      for (std::size_t k = 0; k < length; ++k) {
        payload.byte(static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 14));
      }
      bytes += record(kind, payload);
    }
    feed(bytes);
  }
}

TEST_CASE("a file that says it is longer than it is does no harm") {
  const std::string magic(kRecordingMagic);
  feed(magic);
  feed(magic + std::string(4, '\xFF'));
  feed(magic + std::string(12, '\xFF') + "abc");
  feed(magic + std::string(12, '\0'));
}
