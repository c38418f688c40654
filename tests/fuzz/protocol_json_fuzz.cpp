// Any bytes as a request of the JSON protocol: refused with a reason that can be sent back, or
// something that a dialogue can be asked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "base/utf8.h"
#include "protocols/json/client_message.h"
#include "protocols/json/server_message.h"
#include "voiceagent/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace voiceagent;
using namespace voiceagent::protocols::json;

void demand(bool promise) {
  if (!promise) std::abort();
}

void check(const Ask& ask) {
  demand(is_valid_utf8(ask.session_id) && is_valid_utf8(ask.text));
  demand(ask.audio.has_value() == ask.text.empty());
  if (!ask.audio) return;
  demand(ask.audio->sample_rate >= kMinSampleRate && ask.audio->sample_rate <= kMaxSampleRate);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto message = parse_client_message(bytes);
  ServerMessages messages;
  if (message.ok()) {
    if (const auto* ask = std::get_if<Ask>(&*message)) {
      check(*ask);
      Response response;
      response.session_id = ask->session_id;
      response.reply = ask->text;
      demand(Json::parse(messages.response(response, 0)).ok());
    }
    return 0;
  }
  // Audio of a known format that isn't read is told apart from what is wrong.
  const ErrorCode code = message.status().code();
  demand(code == ErrorCode::kInvalidArgument || code == ErrorCode::kUnsupported);
  demand(!message.status().message().empty());
  demand(Json::parse(messages.error(message.status(), 0)).ok());
  return 0;
}
