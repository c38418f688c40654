// The writer of messages that the connections of a thread share: a message is sent before the next
// one is written.
#pragma once

#include "protocols/stream/server_message.h"

namespace voiceagent::transports {

inline protocols::stream::ServerMessages& messages() {
  thread_local protocols::stream::ServerMessages messages;
  return messages;
}

}  // namespace voiceagent::transports
