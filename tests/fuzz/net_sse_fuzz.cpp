// Any bytes as a stream of server-sent events: the same events however it is cut into pieces, valid
// UTF-8 in them, and none longer than allowed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "net/sse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using voiceagent::net::SseEvent;
using voiceagent::net::SseParser;

constexpr std::size_t kMaxEvent = 300;

void demand(bool promise) {
  if (!promise) std::abort();
}

// What a stream says, in pieces of `piece` bytes.
std::string events(std::string_view stream, std::size_t piece) {
  SseParser parser(kMaxEvent);
  std::string found;
  while (!stream.empty()) {
    const std::string bytes(stream.substr(0, piece));  // of that size, for a sanitizer
    stream.remove_prefix(bytes.size());
    parser.feed(bytes);
    for (SseEvent event; parser.next(event);) {
      for (const std::string_view text : {event.type, event.data, event.id}) {
        demand(voiceagent::is_valid_utf8(text));
        demand(text.size() <= 3 * kMaxEvent);  // a bad byte becomes three
        found += text;
        found += '\0';
      }
    }
  }
  return found += parser.status().message();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const std::string whole = events(stream, size);
  for (const std::size_t piece : {1, 2, 3, 7, 64}) demand(events(stream, piece) == whole);
  return 0;
}
