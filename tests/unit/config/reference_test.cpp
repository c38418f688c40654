#include <string>

#include "support/catch.h"
#include "unit/config/test_registry.h"
#include "voiceagent/config.h"

namespace va = voiceagent;
using Catch::Matchers::Contains;

TEST_CASE("the reference has each setting with type, default, range, variable and meaning") {
  const std::string text = va::agent_config_reference(va::test_registry());
  CHECK_THAT(text, Contains("## [turn]\n"));
  CHECK_THAT(text, Contains("| `endpointing_min_ms` | integer | `180` | 10 to 10000 ms | "
                            "`VOICEAGENT_TURN_ENDPOINTING_MIN_MS` | The shortest silence"));
  CHECK_THAT(text, Contains("| `vad_threshold` | number | `0.5` | 0 to 1 | "));
  CHECK_THAT(text, Contains("| `manual_end` | bool | `false` |  | "));
  CHECK_THAT(text, Contains("| `mode` | string | `\"voice_to_voice\"` | `\"voice_to_voice\"`, "));
  CHECK_THAT(text, Contains("## [limits]\n"));
}

TEST_CASE("the reference has each provider with its options") {
  const std::string text = va::agent_config_reference(va::test_registry());
  CHECK_THAT(text, Contains("| `provider` | string | `\"pocketsphinx\"` | `\"ear\"`, `\"shell\"` | "
                            "`VOICEAGENT_STT_PROVIDER` |"));
  CHECK_THAT(text, Contains("### [stt] with provider = \"ear\"\n\nHears.\n"));
  CHECK_THAT(text, Contains("| `beam` | integer | `10` | 1 to 100 | `VOICEAGENT_STT_BEAM`, "
                            "`EAR_BEAM` | How wide. |"));
  CHECK_THAT(text, Contains("| `model` | path | `\"\"` |  | `VOICEAGENT_STT_MODEL` | "));
}
