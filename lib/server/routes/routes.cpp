#include "server/routes/routes.h"

namespace voiceagent::server {

void add_routes(Services& services) {
  add_service_routes(services);
  add_voice_routes(services);
  add_clip_routes(services);
  add_chat_routes(services);
  add_speech_routes(services);
  add_utterance_routes(services);
}

}  // namespace voiceagent::server
