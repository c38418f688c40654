// Random bytes from the system, for what others must not foresee.
#pragma once

#include <span>

namespace voiceagent::net {

// Any thread; may block while a machine has just been switched on.
void fill_random(std::span<unsigned char> bytes);

}  // namespace voiceagent::net
