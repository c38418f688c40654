#include "server/metrics/session_metrics.h"

#include <utility>

#include "server/metrics/follow.h"

namespace voiceagent::server {
namespace {

using transports::TransportCount;

constexpr std::array<std::pair<TransportCount, std::string_view>, 7> kTransportCounts{{
    {TransportCount::kResumed, "resumed"},
    {TransportCount::kTakenOver, "taken_over"},
    {TransportCount::kGraceExpired, "grace_expired"},
    {TransportCount::kBadMessages, "bad_messages"},
    {TransportCount::kDroppedAudio, "dropped_audio"},
    {TransportCount::kDroppedInput, "dropped_input"},
    {TransportCount::kForeignSessions, "foreign_sessions"},
}};

constexpr std::array kCloseReasons{CloseReason::kHost,  CloseReason::kUser,  CloseReason::kAgent,
                                   CloseReason::kError, CloseReason::kLimit, CloseReason::kIdle};

template <class Enum>
std::size_t index_of(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

void SessionMetrics::watch(Session& session, std::string_view transport_name) {
  Transport& counters = transport(transport_name);
  counters.opened.add();
  EventBus& events = session.events();
  const auto self = shared_from_this();
  follow<event::SessionClosed>(events, [self, &counters](const event::SessionClosed& closed) {
    counters.closed.add();
    self->closed_.at(index_of(closed.reason)).add();
  });
  follow<event::TurnMetrics>(
      events, [self](const event::TurnMetrics& metrics) { self->add_turn(metrics); });
  follow<event::Error>(events, [self](const event::Error& error) { self->add_error(error); });
  watch_calls(events);
  resilience_->watch(events);
}

// A call of a recogniser is an utterance that it settled, one of a model a reply that it began, one
// of a synthesiser a clause that it was given.
void SessionMetrics::watch_calls(EventBus& events) {
  const auto self = shared_from_this();
  follow<event::TranscriptFinal>(events,
                                 [self](const event::TranscriptFinal&) { self->stt_calls_.add(); });
  follow<event::ReplyStarted>(events,
                              [self](const event::ReplyStarted&) { self->llm_calls_.add(); });
  follow<event::SpeechSegment>(events,
                               [self](const event::SpeechSegment&) { self->tts_calls_.add(); });
  follow<event::TurnDropped>(events,
                             [self](const event::TurnDropped&) { self->dropped_turns_.add(); });
}

void SessionMetrics::count(TransportCount what, std::uint64_t by) {
  transport_counts_.at(index_of(what)).add(by);
}

void SessionMetrics::set_providers(ProviderNames names) {
  const std::lock_guard lock(mutex_);
  names_ = std::move(names);
}

std::uint64_t SessionMetrics::open() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t open = 0;
  for (const auto& [name, counters] : transports_) {
    const std::uint64_t closed = counters->closed.value();  // first: it never overtakes
    open += counters->opened.value() - closed;
  }
  return open;
}

void SessionMetrics::add_turn(const event::TurnMetrics& metrics) {
  const std::array<Duration, kTurnStages> delays{
      metrics.endpointing,  metrics.stt_final,       metrics.llm_first_token,
      metrics.first_clause, metrics.tts_first_audio, metrics.response,
      metrics.played,       metrics.barge_in,        metrics.silence};
  turns_.add();
  if (metrics.interrupted) interrupted_.add();
  for (std::size_t i = 0; i < kTurnStages; ++i) {
    if (delays[i] >= Duration(0)) stages_[i].add(delays[i]);
  }
}

void SessionMetrics::add_error(const event::Error& error) {
  const std::lock_guard lock(mutex_);
  ++errors_[{std::string(to_string(error.stage)), std::string(error.provider),
             std::string(to_string(error.code))}];
}

SessionMetrics::Transport& SessionMetrics::transport(std::string_view name) {
  const std::lock_guard lock(mutex_);
  auto found = transports_.find(name);
  if (found == transports_.end()) {
    found = transports_.emplace(std::string(name), std::make_unique<Transport>()).first;
  }
  return *found->second;
}

void SessionMetrics::expose(Exposition& out) const {
  resilience_->expose(out);
  const std::lock_guard lock(mutex_);
  expose_sessions(out);
  expose_providers(out);
  out.counter("voiceagent_turns_total", "Turns that were answered or should have been.");
  out.value(static_cast<double>(turns_.value()));
  out.counter("voiceagent_turns_interrupted_total", "Replies that the user cut off.");
  out.value(static_cast<double>(interrupted_.value()));
  out.counter("voiceagent_turns_dropped_total", "Sounds that were no turn.");
  out.value(static_cast<double>(dropped_turns_.value()));
  out.histogram("voiceagent_turn_stage_seconds",
                "From the end of the user's speech to each stage of the turn; barge_in: from the "
                "onset of the interrupting voice, silence: from the decision.");
  for (std::size_t i = 0; i < kTurnStages; ++i) {
    out.value(stages_[i], {{"stage", to_string(static_cast<TurnStage>(i))}});
  }
  out.counter("voiceagent_transport_events_total", "What connections went through.");
  for (const auto& [what, name] : kTransportCounts) {
    out.value(static_cast<double>(transport_counts_.at(index_of(what)).value()), {{"event", name}});
  }
}

void SessionMetrics::expose_sessions(Exposition& out) const {
  out.gauge("voiceagent_sessions", "Sessions that are open.");
  for (const auto& [name, counters] : transports_) {
    const std::uint64_t closed = counters->closed.value();
    out.value(static_cast<double>(counters->opened.value() - closed), {{"transport", name}});
  }
  out.counter("voiceagent_sessions_total", "Sessions that were opened.");
  for (const auto& [name, counters] : transports_) {
    out.value(static_cast<double>(counters->opened.value()), {{"transport", name}});
  }
  out.counter("voiceagent_sessions_closed_total", "Sessions that ended, by reason.");
  for (const CloseReason reason : kCloseReasons) {
    out.value(static_cast<double>(closed_.at(index_of(reason)).value()),
              {{"reason", to_string(reason)}});
  }
}

void SessionMetrics::expose_providers(Exposition& out) const {
  out.counter("voiceagent_provider_calls_total",
              "Utterances settled (stt), replies begun (llm), clauses spoken (tts).");
  out.value(static_cast<double>(stt_calls_.value()), {{"kind", "stt"}, {"provider", names_.stt}});
  out.value(static_cast<double>(llm_calls_.value()), {{"kind", "llm"}, {"provider", names_.llm}});
  out.value(static_cast<double>(tts_calls_.value()), {{"kind", "tts"}, {"provider", names_.tts}});
  out.counter("voiceagent_errors_total", "Errors of sessions, by stage, provider and code.");
  for (const auto& [key, count] : errors_) {
    out.value(
        static_cast<double>(count),
        {{"stage", std::get<0>(key)}, {"provider", std::get<1>(key)}, {"code", std::get<2>(key)}});
  }
}

}  // namespace voiceagent::server
