// Which schemas are taken: see json_schema.h.
#pragma once

#include "voiceagent/json.h"
#include "voiceagent/status.h"

namespace voiceagent {

// Whether all of a schema's keywords are known and have values that make sense.
Status check_schema_rules(const Json& schema);

}  // namespace voiceagent
