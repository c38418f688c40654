// Any bytes as a form, after a line with its content type: refused, or parts that lie inside of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/http/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void demand(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace voiceagent;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  const std::string_view content_type = input.substr(0, line);
  const std::string_view body = line == std::string_view::npos ? "" : input.substr(line + 1);
  const std::string boundary = server::form_boundary(content_type);
  demand(boundary.size() <= 70);
  const auto form = server::parse_form(body, boundary.empty() ? "B" : boundary);
  if (!form.ok()) {
    demand(!form.status().message().empty());
    return 0;
  }
  std::size_t bytes = 0;
  for (const server::FormPart& part : *form) {
    demand(!part.name.empty());
    demand(part.body.data() >= body.data());
    demand(part.body.data() + part.body.size() <= body.data() + body.size());
    bytes += part.body.size();
  }
  demand(bytes <= body.size());
  return 0;
}
