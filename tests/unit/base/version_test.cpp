#include "voiceagent/version.h"

#include <string>

#include "support/catch.h"

TEST_CASE("the linked library states the version of the headers it was built with") {
  CHECK(std::string(voiceagent::version()) == VOICEAGENT_VERSION);
  CHECK(std::string(VOICEAGENT_VERSION) == std::to_string(VOICEAGENT_VERSION_MAJOR) + "." +
                                               std::to_string(VOICEAGENT_VERSION_MINOR) + "." +
                                               std::to_string(VOICEAGENT_VERSION_PATCH));
}
