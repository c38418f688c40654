// What the engine has to do, and how its pools are doing.
#pragma once

#include "server/metrics/exposition.h"
#include "voiceagent/engine.h"

namespace voiceagent::server {

// Any thread. Pools of the same name are shown as one: their sums, and the longest waits.
void expose_engine(const Engine& engine, Exposition& out);

}  // namespace voiceagent::server
