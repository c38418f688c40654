// Any bytes as a client's message, and as its audio: refused with a reason that can be sent back,
// or within the limits that the protocol sets.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <variant>

#include "base/utf8.h"
#include "protocols/stream/audio_codec.h"
#include "protocols/stream/client_message.h"
#include "protocols/stream/server_message.h"
#include "voiceagent/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;
using namespace voiceagent::protocols::stream;

void demand(bool promise) {
  if (!promise) std::abort();
}

void check_refusal(const Status& status) {
  demand(status.code() == ErrorCode::kInvalidArgument);
  demand(!status.message().empty());
  ServerMessages messages;
  const auto json = Json::parse(messages.error(status));
  demand(json.ok() && (*json)["type"].string() == "error");
}

void check(const AudioFormat& format) {
  demand(make_audio_format(format.encoding, format.sample_rate).ok());
}

void check(const ClientMessage& message) {
  if (const auto* start = std::get_if<Start>(&message)) {
    if (start->input) check(*start->input);
    if (start->output) check(*start->output);
    demand(start->session_id.size() <= 200);
    demand(is_valid_utf8(start->token));
  }
  if (const auto* line = std::get_if<TypedLine>(&message)) demand(is_valid_utf8(line->text));
  if (const auto* ping = std::get_if<Ping>(&message)) {
    ServerMessages messages;
    demand(Json::parse(messages.pong(ping->id)).ok());
  }
}

void check_audio(Encoding encoding, std::span<const std::byte> bytes) {
  auto decoder = AudioDecoder::create({encoding, default_rate(encoding)});
  if (!decoder.ok()) return;  // built without it
  std::size_t samples = 0;
  const Status status = decoder->decode(bytes, [&samples](AudioView audio) {
    samples += audio.samples.size();
    return Status::success();
  });
  if (!status.ok()) return check_refusal(status);
  if (encoding == Encoding::kS16le) demand(samples * 2 == bytes.size());
  if (encoding == Encoding::kMulaw) demand(samples == bytes.size());
  if (encoding == Encoding::kOpus) demand(samples <= 16 * 120);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto message = parse_client_message(bytes);
  if (message.ok()) {
    check(*message);
  } else {
    check_refusal(message.status());
  }
  for (const Encoding encoding : {Encoding::kS16le, Encoding::kMulaw, Encoding::kOpus}) {
    check_audio(encoding, std::as_bytes(std::span(bytes)));
  }
  return 0;
}
