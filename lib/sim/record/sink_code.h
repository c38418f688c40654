// What providers tell their sinks, as bytes, and such bytes told to a sink again.
#pragma once

#include "sim/record/byte_code.h"
#include "sim/record/record.h"
#include "voiceagent/llm.h"
#include "voiceagent/stt.h"
#include "voiceagent/tool.h"
#include "voiceagent/tts.h"
#include "voiceagent/turn_detector.h"

namespace voiceagent {

// The arguments of the calls of the same names.
void write_transcript(ByteWriter& out, const Transcript& transcript);
void write_intent(ByteWriter& out, const Intent& intent);
void write_tool_call(ByteWriter& out, const ToolCall& call);
void write_error(ByteWriter& out, const ProviderError& error);
void write_audio(ByteWriter& out, AudioView audio);
void write_tool_answer(ByteWriter& out, const Result<std::string>& result);

// Calls the sink as the bytes say: the call, then its arguments. Fails on damage, without calling.
void tell(ByteReader& in, SttSink& sink);
void tell(ByteReader& in, LlmSink& sink);
void tell(ByteReader& in, TtsSink& sink);
void tell(ByteReader& in, TurnDetectorSink& sink);
void tell(ByteReader& in, ToolReply& call);

// What write_audio() wrote; fails on damage.
Pcm read_audio(ByteReader& in);

}  // namespace voiceagent
