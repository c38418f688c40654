#include "sim/random_caller.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "sim/random_words.h"
#include "sim/speech.h"

namespace voiceagent::sim {
namespace {

constexpr int kRate = 16'000;
constexpr Duration kStep{20'000'000};

Duration ms(int milliseconds) { return std::chrono::milliseconds(milliseconds); }

}  // namespace

RandomCaller::RandomCaller(const RandomPlan& plan, VirtualExecutor& time, Session& session,
                           Invariants& invariants, FarEnd& far_end,
                           std::function<void(const std::string&)> note)
    : plan_(plan),
      time_(time),
      session_(session),
      invariants_(invariants),
      far_end_(far_end),
      note_(std::move(note)),
      chance_(plan.seed, 2),
      cuts_(plan.seed, 7),
      cut_share_(cuts_.yes(0.3) ? 0.3 : 0) {}

void RandomCaller::converse() {
  while (!over() && now() < plan_.length) act();
  if (!over() && chance_.yes(0.7)) settle();
  hang_up();
}

void RandomCaller::act() {
  await_moment();
  if (over()) return;
  const double what = chance_.unit();
  if (what < 0.52) return speak();
  if (what < 0.60) return back_channel();
  if (what < 0.68) return cough();
  if (what < 0.80) return type();
  if (what < 0.84) return press_keys();
  if (what < 0.87) return command(HostCommand::kInterrupt);
  if (what < 0.91 || (plan_.agent.turn.manual_end && chance_.yes(0.5))) {
    return command(HostCommand::kCommit);
  }
  if (what < 0.94) return command(HostCommand::kSetMode);
  if (what < 0.97) return command(HostCommand::kSay);
  pass(ms(chance_.between(1000, 8000)));
}

// When the user does the next thing: at once, when the agent is done, or in the middle of it.
void RandomCaller::await_moment() {
  const double when = chance_.unit();
  if (when < 0.15) return pass(ms(chance_.between(0, 300)));
  if (when < 0.55) {
    (void)pass_until(ms(15'000), [this] { return session_.idle(); });
    return pass(ms(chance_.between(0, 1500)));
  }
  const std::int64_t sent = invariants_.story().sent();
  (void)pass_until(ms(4'000), [&] { return invariants_.story().sent() > sent; });
  // As soon as it is heard, or later.
  pass(Duration(static_cast<std::int64_t>(1e9 * (when < 0.75 ? 0.1 : 3.0) * chance_.unit())));
}

std::string RandomCaller::words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += (i > 0 ? " " : "") + UniqueWord{Voice::kUser, next_word_++}.text();
  }
  return text;
}

// Some words, with pauses between; now and then the microphone dies in the middle, or the host
// takes the turn to be over there.
void RandomCaller::speak() {
  const int parts = chance_.yes(0.35) ? chance_.between(2, 3) : 1;
  for (int part = 0; part < parts && !over(); ++part) {
    if (part > 0) pass(ms(chance_.between(60, chance_.yes(0.5) ? 300 : 1500)));
    const std::uint32_t first = next_word_;
    const std::string text = words(chance_.between(1, chance_.yes(0.2) ? 12 : 4));
    note_("says '" + text + "'");
    const bool listened = listens();
    const Duration begin = now();
    Pcm pcm = sim::speak(text, kRate);
    const bool dies = chance_.yes(0.03);
    if (dies) pcm.samples.resize(static_cast<std::size_t>(chance_.below(pcm.samples.size()) + 1));
    std::optional<std::size_t> cut;
    if (!dies && cuts_.yes(cut_share_)) cut = commit_within(pcm);
    sound(pcm);
    if (dies) {
      open_until_ = Duration(0);
      pending_.samples.clear();
      time_.run_for(ms(chance_.between(0, 2000)));
      sound(silence(ms(40), kRate));
    } else if (listened && listens()) {
      note_words(text, first, begin, cut);
    }
  }
  pass(ms(chance_.between(0, 400)));
}

// Says the beginning of it, which is taken off, and commits. Returns how many of its samples had
// been handed over by then.
std::size_t RandomCaller::commit_within(Pcm& pcm) {
  Pcm part = pcm;
  part.samples.resize(static_cast<std::size_t>(cuts_.below(pcm.samples.size())));
  pcm.samples.erase(pcm.samples.begin(),
                    pcm.samples.begin() + static_cast<std::ptrdiff_t>(part.samples.size()));
  send(part, true);
  note_("host: commit_turn, in mid-speech");
  if (!over()) session_.commit_turn();
  return part.samples.size() - std::min(pending_.samples.size(), part.samples.size());
}

// What was said is to be heard, but for the word that was under way at the sample `cut`.
void RandomCaller::note_words(std::string_view text, std::uint32_t first, Duration begin,
                              std::optional<std::size_t> cut) {
  if (!cut) return utterances_.push_back({first, next_word_ - first, begin, now()});
  const std::size_t at = *cut / speech_samples(" ", kRate);  // the character
  constexpr std::size_t kAround = 2;  // characters: of a frame that was not full, and a part of one
  for (const std::string_view word : split_words(text)) {
    const auto start = static_cast<std::size_t>(word.data() - text.data());
    const bool before = start + word.size() + kAround <= at;
    const bool after = start >= at + kAround;
    if (before || after) utterances_.push_back({first, 1, begin, now()});
    ++first;
  }
}

void RandomCaller::back_channel() {
  constexpr std::array kSounds{"mm-hm", "yeah", "okay", "uh-huh", "right"};
  const std::string text = kSounds[chance_.below(kSounds.size())];
  note_("says '" + text + "'");
  sound(sim::speak(text, kRate));
  pass(ms(chance_.between(200, 1500)));
}

void RandomCaller::cough() {
  Pcm pcm = silence(ms(chance_.between(20, 700)), kRate);
  for (std::size_t i = 0; i < pcm.samples.size(); ++i) {
    pcm.samples[i] = i / 7 % 2 == 0 ? std::int16_t{20'000} : std::int16_t{-20'000};
  }
  note_("coughs for " + std::to_string(pcm.samples.size() / 16) + " ms");
  sound(pcm);
  pass(ms(chance_.between(0, 1500)));
}

void RandomCaller::type() {
  std::string text = UniqueWord{Voice::kTyped, next_typed_++}.text();
  note_("types '" + text + "'");
  if (!over()) (void)session_.push_text(text);
  pass(ms(chance_.between(0, 600)));
}

void RandomCaller::press_keys() {
  constexpr std::string_view kKeys = "0123456789ABCD*#";
  for (int i = chance_.between(1, 4); i > 0 && !over(); --i) {
    const std::string_view key = kKeys.substr(chance_.below(kKeys.size()), 1);
    note_("presses " + std::string(key));
    (void)session_.push_dtmf(key);
    pass(ms(chance_.between(0, 700)));
  }
}

// What the host does: between tasks, or inside a handler.
void RandomCaller::command(HostCommand command) {
  note_("host: " + std::string(to_string(command)));
  switch (command) {
    case HostCommand::kClose:
      disturb();
      invariants_.closing(now(), far_end_);
      return session_.close(chance_.yes(0.5) ? CloseReason::kHost : CloseReason::kUser);
    case HostCommand::kInterrupt: return session_.interrupt();
    case HostCommand::kCommit: disturb(); return session_.commit_turn();
    case HostCommand::kType:
      (void)session_.push_text(UniqueWord{Voice::kTyped, next_typed_++}.text());
      return;
    case HostCommand::kSetMode:
      disturb();
      (void)session_.set_mode(static_cast<Mode>(chance_.below(4)));
      return;
    case HostCommand::kPushAudio: (void)session_.push_audio(silence(kStep, kRate).view()); return;
    case HostCommand::kReport: return session_.report_playback(0);
    case HostCommand::kSay: return say();
    case HostCommand::kPressKeys: (void)session_.push_dtmf("12"); return;
  }
}

void RandomCaller::say() {
  std::string text;
  const std::uint32_t number = next_said_++;
  for (std::uint32_t i = static_cast<std::uint32_t>(chance_.between(1, 6)); i > 0; --i) {
    text += (text.empty() ? "" : " ") + UniqueWord{Voice::kHost, number, i}.text();
  }
  // What isn't to be interrupted isn't listened in either.
  (void)session_.say(text, {plan_.listens || chance_.yes(0.7)});
}

// Until nothing goes on any more: everything ends within its deadlines.
void RandomCaller::settle() {
  const auto still = [this] { return session_.idle() || over(); };
  if (plan_.agent.turn.manual_end) command(HostCommand::kCommit);
  if (pass_until(ms(120'000), still)) return;
  invariants_.findings().add("a conversation comes to rest", "it has not in 120 s", now());
}

void RandomCaller::hang_up() {
  if (!over()) command(HostCommand::kClose);
  for (int i = 0; i < 50 && !over(); ++i) {
    time_.run_for(ms(50));
    invariants_.look(now(), sound_at_, far_end_);
  }
  // Streams that close late, reports and frames that are still under way.
  time_.run_for(std::chrono::seconds(12));
}

// In chunks, in step with the clock.
void RandomCaller::sound(const Pcm& pcm) {
  send(pcm, true);
  open_until_ = now() + plan_.microphone.hangover;
}

void RandomCaller::send(const Pcm& pcm, bool loud) {
  pending_.samples.insert(pending_.samples.end(), pcm.samples.begin(), pcm.samples.end());
  const std::size_t chunk = plan_.microphone.chunk;
  std::size_t at = 0;
  for (; at + chunk <= pending_.samples.size(); at += chunk) {
    time_.run_for(samples_to_duration(static_cast<std::int64_t>(chunk), kRate));
    if (loud) sound_at_ = now();
    push(std::span(pending_.samples).subspan(at, chunk));
    invariants_.look(now(), sound_at_, far_end_);
  }
  pending_.samples.erase(pending_.samples.begin(),
                         pending_.samples.begin() + static_cast<std::ptrdiff_t>(at));
}

void RandomCaller::push(std::span<const std::int16_t> samples) {
  if (!over()) (void)session_.push_audio({samples, kRate});
}

void RandomCaller::pass(Duration length) {
  const Duration end = now() + length;
  (void)pass_until(length, [this, end] { return now() >= end; });
}

template <class Reached>
bool RandomCaller::pass_until(Duration limit, Reached reached) {
  const Duration end = now() + limit;
  time_.run_for(Duration(0));
  while (!reached()) {
    if (over() || now() >= end) return false;
    if (plan_.microphone.continuous || now() < open_until_) {
      send(silence(kStep, kRate), false);
    } else {
      pending_.samples.clear();
      time_.run_for(std::min(kStep, end - now()));
      invariants_.look(now(), sound_at_, far_end_);
    }
  }
  return true;
}

// Whether words are sure to be understood now.
bool RandomCaller::listens() const {
  const Mode mode = session_.mode();
  const bool voice = mode == Mode::kVoiceToVoice || mode == Mode::kVoiceToText;
  return voice && !over() && plan_.listens;
}

// What was said just now may be cut short, and with it what it went on from.
void RandomCaller::disturb() {
  constexpr Duration kPause{2'500'000'000};
  Duration kept = now() - std::chrono::seconds(6);
  while (!utterances_.empty() && utterances_.back().end > kept) {
    kept = std::min(kept, utterances_.back().begin - kPause);
    utterances_.pop_back();
  }
}

}  // namespace voiceagent::sim
