// The pools behind the providers of a random conversation.
#pragma once

#include <string>

#include "sim/random_plan.h"

namespace voiceagent::sim {

// Puts pools behind some of the providers that may fail; what is drawn depends on nothing else.
void draw_pools(RandomPlan& plan);
// For people, to be added to what describe() says of the plan.
std::string describe_pools(const RandomPlan& plan);

}  // namespace voiceagent::sim
