// The routes, by subject. Handlers keep a reference to the services, which outlive them.
#pragma once

#include "server/services/services.h"

namespace voiceagent::server {

// All of them.
void add_routes(Services& services);

void add_service_routes(Services& services);    // /, /health, /ready, /metrics, the page
void add_voice_routes(Services& services);      // /voice/status, /voice/health, /voice/config
void add_clip_routes(Services& services);       // /voice/clips/{name}
void add_chat_routes(Services& services);       // /chat/message
void add_speech_routes(Services& services);     // /voice/tts
void add_utterance_routes(Services& services);  // /voice/process-speech

}  // namespace voiceagent::server
