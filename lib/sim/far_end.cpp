#include "sim/far_end.h"

#include <algorithm>
#include <utility>

namespace voiceagent::sim {
namespace {

constexpr Duration kReportInterval{20'000'000};

}  // namespace

FarEnd::FarEnd(Session& session, FarEndOptions options)
    : state_(std::make_shared<State>(State{&session.executor(),
                                           &session,
                                           options,
                                           session.output_rate(),
                                           {},
                                           {},
                                           0,
                                           0,
                                           {},
                                           {},
                                           false})) {
  subscriptions_.push_back(
      session.events().subscribe<event::AudioOut>([this](const event::AudioOut& out) {
        Chunk chunk{{out.audio.samples.begin(), out.audio.samples.end()}, out.position, {}};
        later([chunk = std::move(chunk)](const std::shared_ptr<State>& state) mutable {
          state->arrive(std::move(chunk));
          state->report(state);
        });
      }));
  subscriptions_.push_back(
      session.events().subscribe<event::OutputFlushed>([this](const event::OutputFlushed&) {
        later([](const std::shared_ptr<State>& state) { state->flush(); });
      }));
  subscriptions_.push_back(session.events().subscribe<event::SessionClosed>(
      [this](const event::SessionClosed&) { state_->session = nullptr; }));
}

// Runs `f` when it has crossed the network; at once when there is none.
template <class F>
void FarEnd::later(F f) {
  if (state_->options.delay == Duration(0)) return f(state_);
  state_->executor->post_after(state_->options.delay,
                               [state = state_, f = std::move(f)]() mutable { f(state); });
}

const std::string& FarEnd::heard() {
  state_->advance();
  return state_->reader.text();
}

std::int64_t FarEnd::played() {
  state_->advance();
  return state_->played;
}

Duration FarEnd::last_played_at() {
  state_->advance();
  return state_->last_played_at;
}

void FarEnd::State::arrive(Chunk chunk) {
  advance();
  chunk.start = std::max(now(), free_at);
  free_at =
      chunk.start + samples_to_duration(static_cast<std::int64_t>(chunk.samples.size()), rate);
  queue.push_back(std::move(chunk));
}

void FarEnd::State::flush() {
  advance();
  queue.clear();
  free_at = now();
}

// Plays what was due up to now.
void FarEnd::State::advance() {
  while (!queue.empty() && queue.front().start < now()) {
    Chunk& chunk = queue.front();
    const std::int64_t due = duration_to_samples(now() - chunk.start, rate);
    const auto count = std::min<std::size_t>(chunk.samples.size(), static_cast<std::size_t>(due));
    if (count == 0) return;
    reader.add(std::span(chunk.samples).first(count));
    played += static_cast<std::int64_t>(count);
    position = chunk.position + static_cast<std::int64_t>(count);
    const Duration length = samples_to_duration(static_cast<std::int64_t>(count), rate);
    last_played_at = chunk.start + length;
    if (count == chunk.samples.size()) {
      queue.pop_front();
      continue;
    }
    chunk.samples.erase(chunk.samples.begin(),
                        chunk.samples.begin() + static_cast<std::ptrdiff_t>(count));
    chunk.position += static_cast<std::int64_t>(count);
    chunk.start += length;
    return;
  }
}

// Reports as long as there is something to play, and once more after it.
void FarEnd::State::report(const std::shared_ptr<State>& self) {
  if (!options.reports || std::exchange(reporting, true)) return;
  executor->post_after(kReportInterval, [self] {
    self->advance();
    self->reporting = false;
    self->executor->post_after(self->options.delay, [self, played = self->position] {
      if (self->session != nullptr) self->session->report_playback(played);
    });
    if (!self->queue.empty()) self->report(self);
  });
}

}  // namespace voiceagent::sim
