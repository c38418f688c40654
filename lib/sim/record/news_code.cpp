#include "sim/record/news_code.h"

namespace voiceagent {
namespace {

constexpr Stage kLastStage = Stage::kTool;

void tell_breaker(ByteReader& in, StreamObserver& observer) {
  event::BreakerChanged change;
  change.stage = in.choice(kLastStage);
  change.provider = in.text();
  change.state = in.text();
  change.pause = in.duration();
  if (in.ok()) observer.breaker_changed(change);
}

}  // namespace

void write_news(ByteWriter& out, const event::ProviderFailover& failover) {
  out.choice(failover.stage);
  out.text(failover.from);
  out.text(failover.to);
  out.choice(failover.code);
  out.text(failover.message);
  out.duration(failover.wait);
  out.byte(failover.started ? 1 : 0);
}

void write_news(ByteWriter& out, const event::BreakerChanged& change) {
  out.choice(change.stage);
  out.text(change.provider);
  out.text(change.state);
  out.duration(change.pause);
}

void write_news(ByteWriter& out, const event::StageDelayed& delay) {
  out.choice(delay.stage);
  out.text(delay.provider);
  out.duration(delay.waited);
}

void write_news(ByteWriter& out, const event::ReplyHedged& hedge) {
  out.text(hedge.first);
  out.text(hedge.second);
  out.duration(hedge.waited);
}

void tell_news(ByteReader& in, StreamObserver& observer) {
  switch (in.choice(SinkCall::kReplyHedged)) {
    case SinkCall::kFailedOver: {
      event::ProviderFailover failover;
      failover.stage = in.choice(kLastStage);
      failover.from = in.text();
      failover.to = in.text();
      failover.code = in.choice(ErrorCode::kInternal);
      failover.message = in.text();
      failover.wait = in.duration();
      failover.started = in.byte() != 0;
      if (in.ok()) observer.failed_over(failover);
      return;
    }
    case SinkCall::kBreakerChanged: return tell_breaker(in, observer);
    case SinkCall::kStageDelayed: {
      event::StageDelayed delay;
      delay.stage = in.choice(kLastStage);
      delay.provider = in.text();
      delay.waited = in.duration();
      if (in.ok()) observer.delayed(delay);
      return;
    }
    case SinkCall::kReplyHedged: {
      event::ReplyHedged hedge;
      hedge.first = in.text();
      hedge.second = in.text();
      hedge.waited = in.duration();
      if (in.ok()) observer.hedged(hedge);
      return;
    }
    default: return in.fail();
  }
}

}  // namespace voiceagent
