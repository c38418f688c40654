// The observer of a recorded session's stream.
#pragma once

#include <memory>
#include <utility>

#include "sim/record/news_code.h"
#include "sim/record/sink_notes.h"
#include "voiceagent/provider.h"

namespace voiceagent {

// Notes what the real stream's observer is told, and tells the session's in a task, as what sinks
// are told reaches a session. Session's executor.
class RecordingObserver final : public StreamObserver {
 public:
  // `told` may be null.
  RecordingObserver(std::shared_ptr<RecordingExecutor> executor, SinkNotes notes,
                    StreamObserver* told)
      : executor_(std::move(executor)),
        notes_(std::move(notes)),
        told_(told == nullptr ? nullptr : std::make_shared<StreamObserver*>(told)) {}
  StreamObserver* real() { return told_ == nullptr ? nullptr : this; }

  void failed_over(const event::ProviderFailover& failover) override {
    note(SinkCall::kFailedOver, failover);
  }
  void breaker_changed(const event::BreakerChanged& change) override {
    note(SinkCall::kBreakerChanged, change);
  }
  void delayed(const event::StageDelayed& delay) override { note(SinkCall::kStageDelayed, delay); }
  void hedged(const event::ReplyHedged& hedge) override { note(SinkCall::kReplyHedged, hedge); }

 private:
  template <class Event>
  void note(SinkCall what, const Event& event) {
    ByteWriter bytes;
    bytes.choice(what);
    write_news(bytes, event);
    const auto args = [&](ByteWriter& out) { write_news(out, event); };
    notes_.note(what, args, [&] {
      executor_->post([told = std::weak_ptr(told_), news = bytes.take()] {
        ByteReader in(news);
        if (const auto observer = told.lock()) tell_news(in, **observer);
      });
    });
  }

  const std::shared_ptr<RecordingExecutor> executor_;
  SinkNotes notes_;
  const std::shared_ptr<StreamObserver*> told_;  // gone with the stream: then nobody is told
};

}  // namespace voiceagent
