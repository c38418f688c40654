// Any text around a secret: the secret is gone, what is left can be redacted again without a
// change, and the other lines' secrets are gone too.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/redact.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::string_view kSecret = "Zq7Xk2Vw9LmTpR4sB1yN";

void demand(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);

  const std::size_t middle = text.size() / 2;
  static constexpr std::array<std::string_view, 7> kPlaces{
      "Bearer ", "Authorization: Basic ", "api_key=", "\"password\": \"",
      "?token=", "https://user:",         "sk-"};
  for (const std::string_view place : kPlaces) {
    const std::string_view after = place.starts_with("https") ? "@host" : "";
    const std::string planted = text.substr(0, middle) + "\n" + std::string(place) +
                                std::string(kSecret) + std::string(after) + "\n" +
                                text.substr(middle);
    const std::string redacted = voiceagent::redact_secrets(planted);
    if (text.find(kSecret) == std::string::npos) {
      demand(redacted.find(kSecret) == std::string::npos);
    }
    demand(voiceagent::redact_secrets(redacted) == redacted);
    demand(redacted.size() <= 11 * planted.size());
  }
  return 0;
}
