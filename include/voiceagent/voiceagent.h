/// @file
/// The whole library in one include.
#pragma once

// IWYU pragma: begin_exports
#include "voiceagent/agent.h"
#include "voiceagent/audio.h"
#include "voiceagent/call_recorder.h"
#include "voiceagent/config.h"
#include "voiceagent/conversation.h"
#include "voiceagent/engine.h"
#include "voiceagent/event_bus.h"
#include "voiceagent/event_copy.h"
#include "voiceagent/event_json.h"
#include "voiceagent/events.h"
#include "voiceagent/executor.h"
#include "voiceagent/export.h"
#include "voiceagent/function.h"
#include "voiceagent/json.h"
#include "voiceagent/llm.h"
#include "voiceagent/log.h"
#include "voiceagent/options.h"
#include "voiceagent/provider.h"
#include "voiceagent/registry.h"
#include "voiceagent/session.h"
#include "voiceagent/sim.h"
#include "voiceagent/status.h"
#include "voiceagent/stt.h"
#include "voiceagent/time.h"
#include "voiceagent/tts.h"
#include "voiceagent/vad.h"
#include "voiceagent/version.h"
#include "voiceagent/wav.h"
// IWYU pragma: end_exports
