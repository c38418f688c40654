// Any bytes as what a WebSocket's client sends: frames that keep their promises, or an error with a
// code that may be sent. How the bytes come in pieces changes nothing. The first byte says how.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "net/web_socket_frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent::net;

constexpr std::size_t kMaxMessage = 1000;

void demand(bool promise) {
  if (!promise) std::abort();
}

// Writes down what it is told, and checks it.
struct Log final : FrameReader::Sink {
  std::string lines;
  bool closed = false;

  void note(std::string_view what, std::span<const char> bytes) {
    demand(!closed);
    lines += what;
    lines.append(bytes.data(), bytes.size());
    lines += '\n';
  }
  bool on_message(bool is_text, std::span<char> bytes) override {
    demand(bytes.size() <= kMaxMessage);
    demand(!is_text || voiceagent::is_valid_utf8({bytes.data(), bytes.size()}));
    note(is_text ? "text " : "binary ", bytes);
    std::fill(bytes.begin(), bytes.end(), '\xFF');
    return true;
  }
  bool on_ping(std::span<char> bytes) override {
    demand(bytes.size() <= 125);
    note("ping ", bytes);
    return true;
  }
  bool on_pong() override {
    note("pong", {});
    return true;
  }
  void on_close(int code, std::string_view reason) override {
    demand(code == 1005 || is_close_code(code));
    demand(voiceagent::is_valid_utf8(reason));
    note("close " + std::to_string(code), reason);
    closed = true;
  }
};

std::string read(std::string bytes, std::size_t step) {
  FrameReader reader(kMaxMessage);
  Log log;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::size_t size = std::min(step, bytes.size() - at);
    const auto error = reader.read(std::span(bytes).subspan(at, size), log);
    if (error.code == 0) continue;
    demand(is_close_code(error.code) && !error.reason.empty());
    return log.lines + "error " + std::to_string(error.code);
  }
  return log.lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data + 1, data + size);
  demand(read(bytes, 1 + data[0] % 64) == read(bytes, bytes.size() + 1));
  return 0;
}
