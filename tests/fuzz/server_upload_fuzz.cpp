// Any bytes as an upload of speech, after a line with its content type and one with its query.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/speech/uploaded_speech.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void demand(bool promise) {
  if (!promise) std::abort();
}

std::string_view take_line(std::string_view& input) {
  const std::size_t end = input.find('\n');
  const std::string_view line = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace voiceagent;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  net::HttpRequest request;
  request.headers.set("content-type", std::string(take_line(input)));
  request.query = take_line(input);
  const auto speech = server::read_upload(request, input);
  if (!speech.ok()) {
    demand(!speech.status().message().empty());
    return 0;
  }
  demand(speech->audio.sample_rate >= kMinSampleRate &&
         speech->audio.sample_rate <= kMaxSampleRate);
  demand(speech->session_id.size() <= 128);
  return 0;
}
