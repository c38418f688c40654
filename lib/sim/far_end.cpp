#include "sim/far_end.h"

#include <algorithm>
#include <utility>

namespace voiceagent::sim {
namespace {

constexpr Duration kBetweenTurns{20'000'000};  // as the words are read: a pause

}  // namespace

FarEnd::FarEnd(Session& session, FarEndOptions options)
    : state_(std::make_shared<State>(session, options)) {
  subscriptions_.push_back(session.events().subscribe<event::AudioOut>(
      [this](const event::AudioOut& out, const EventEnvelope& envelope) {
        state_->take(out, envelope.turn);
      }));
  subscriptions_.push_back(session.events().subscribe<event::OutputFlushed>(
      [this](const event::OutputFlushed&) { state_->send([](State& state) { state.flush(); }); }));
  subscriptions_.push_back(session.events().subscribe<event::SessionClosed>(
      [this](const event::SessionClosed&) { state_->session = nullptr; }));
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

const std::vector<Played>& FarEnd::stretches() {
  state_->advance();
  return state_->stretches;
}

FarEnd::State::State(Session& of, const FarEndOptions& with)
    : executor(&of.executor()),
      session(&of),
      options(with),
      rate(of.output_rate()),
      chance(with.seed) {}

// `message` crosses the network, behind all that was sent before; at once when there is none.
void FarEnd::State::send(UniqueFunction<void(State&)> message) {
  const Duration due = now() + chance.draw(options.delay);
  if (due == now() && under_way.empty()) return message(*this);
  arrival = std::max(arrival, due);
  under_way.push_back(std::move(message));
  // Timers that are due together may run in any order: each takes what is first on the way.
  executor->post_after(arrival - now(),
                       [self = shared_from_this()] { self->under_way.pop_front()(*self); });
}

void FarEnd::State::take(const event::AudioOut& out, TurnId turn) {
  Chunk chunk;
  chunk.samples.assign(out.audio.samples.begin(), out.audio.samples.end());
  chunk.turn = turn;
  chunk.position = out.position;
  chunk.origin = origin_of(out.audio.samples);
  const bool continues = std::exchange(next_turn, turn) == turn;
  if (chunk.origin.stream == 0 && continues) chunk.origin = next_origin;  // too short to say it
  next_origin = chunk.origin;
  next_origin.sample += static_cast<std::int64_t>(chunk.samples.size());
  chunk.lost = chance.yes(options.lost_frames);
  send([chunk = std::move(chunk)](State& state) mutable {
    state.arrive(std::move(chunk));
    state.schedule_report();
  });
}

void FarEnd::State::arrive(Chunk chunk) {
  advance();
  const bool dry = free_at <= now();
  chunk.start = dry ? now() + options.buffer : free_at;
  free_at =
      chunk.start + samples_to_duration(static_cast<std::int64_t>(chunk.samples.size()), rate);
  queue.push_back(std::move(chunk));
}

void FarEnd::State::flush() {
  advance();
  queue.clear();
  free_at = now();
  next_origin = {};
}

// Plays what was due up to now.
void FarEnd::State::advance() {
  while (!queue.empty() && queue.front().start < now()) {
    Chunk& chunk = queue.front();
    const auto due = static_cast<std::size_t>(duration_to_samples(now() - chunk.start, rate));
    const std::size_t count = std::min(chunk.samples.size() - chunk.used, due);
    if (count == 0) return;
    play(chunk, count);
    if (chunk.used < chunk.samples.size()) return;
    queue.pop_front();
  }
}

void FarEnd::State::play(Chunk& chunk, std::size_t count) {
  const auto samples = static_cast<std::int64_t>(count);
  const Duration end = chunk.start + samples_to_duration(samples, rate);
  if (!chunk.lost) {
    // The next turn may begin with the very character that the last one was cut off in.
    if (!stretches.empty() && stretches.back().turn != chunk.turn) {
      reader.add(silence(kBetweenTurns, rate).samples);
    }
    const std::size_t text_before = reader.text().size();
    reader.add(std::span(chunk.samples).subspan(chunk.used, count));
    played += samples;
    last_played_at = end;
    const Played stretch{chunk.turn,  chunk.origin, chunk.position, samples,
                         chunk.start, end,          text_before,    reader.text().size()};
    Played* last = stretches.empty() ? nullptr : &stretches.back();
    if (last != nullptr && last->turn == stretch.turn && last->end == stretch.start &&
        last->origin.stream == stretch.origin.stream &&
        last->origin.sample + last->samples == stretch.origin.sample &&
        last->position + last->samples == stretch.position) {
      last->samples += samples;
      last->end = end;
      last->text_end = stretch.text_end;
    } else {
      stretches.push_back(stretch);
    }
  }
  chunk.used += count;
  chunk.position += samples;
  chunk.origin.sample += samples;
  chunk.start = end;
  position = chunk.position;
}

// Reports as long as there is something to play, and once more after it.
void FarEnd::State::schedule_report() {
  if (!options.reports || std::exchange(reporting, true)) return;
  executor->post_after(options.report_interval, [self = shared_from_this()] {
    self->advance();
    self->reporting = false;
    self->report();
    if (!self->queue.empty()) self->schedule_report();
  });
}

void FarEnd::State::report() {
  const Duration delay = chance.draw(options.delay) + chance.draw(options.report_delay);
  const bool stale = chance.yes(options.stale_reports);
  const std::int64_t told =
      stale ? static_cast<std::int64_t>(chance.unit() * static_cast<double>(position)) : position;
  if (chance.yes(options.lost_reports)) return;
  executor->post_after(delay, [self = shared_from_this(), told] {
    if (self->session == nullptr) return;
    self->reported = std::max(self->reported, told);
    self->session->report_playback(told);
  });
}

}  // namespace voiceagent::sim
