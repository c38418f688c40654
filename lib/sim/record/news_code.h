// What the observer of a stream is told, as bytes, and such bytes told to an observer again.
#pragma once

#include "sim/record/byte_code.h"
#include "sim/record/record.h"
#include "voiceagent/events.h"
#include "voiceagent/provider.h"

namespace voiceagent {

// The event of the observer's call of that kind.
void write_news(ByteWriter& out, const event::ProviderFailover& failover);
void write_news(ByteWriter& out, const event::BreakerChanged& change);
void write_news(ByteWriter& out, const event::StageDelayed& delay);
void write_news(ByteWriter& out, const event::ReplyHedged& hedge);

// Whether the call is one of the observer, not of the sink.
constexpr bool is_news(SinkCall call) { return call >= SinkCall::kFailedOver; }

// Calls the observer as the bytes say: the call, then its event. Nothing happens when they are
// damaged.
void tell_news(ByteReader& in, StreamObserver& observer);

}  // namespace voiceagent
