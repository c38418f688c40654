// What was played, by the far end's own truth, and what is remembered of it.
#include <algorithm>

#include "base/text.h"
#include "sim/invariants.h"

namespace voiceagent::sim {
namespace {

constexpr std::int64_t kShortest = 15;   // samples: less don't say where they come from
constexpr Duration kTrust{450'000'000};  // reports older than this may give way to an estimate

Duration longest(const Latency& latency) {
  return latency.base + latency.jitter + (latency.tail_share > 0 ? latency.tail : Duration(0));
}

std::string without_spaces(std::string_view text) {
  std::string rest(text);
  std::erase_if(rest, is_space);
  return rest;
}

// How many bytes that aren't spaces come before each word's end.
std::vector<std::size_t> word_ends(std::string_view text) {
  std::vector<std::size_t> ends{0};
  for (const std::string_view word : split_words(text)) ends.push_back(ends.back() + word.size());
  return ends;
}

// How many words have ended by then.
std::int64_t words_within(const std::vector<std::size_t>& ends, std::size_t bytes) {
  return std::ranges::upper_bound(ends, bytes) - ends.begin() - 1;
}

// The session hears of all playing in time, and as it was.
bool reports_are_exact(const FarEndOptions& far_end) {
  return far_end.reports && far_end.lost_reports <= 0 && far_end.lost_frames <= 0 &&
         far_end.stale_reports <= 0 &&
         2 * longest(far_end.delay) + longest(far_end.report_delay) + far_end.report_interval +
                 far_end.buffer <
             kTrust;
}

}  // namespace

SpeechStream* Invariants::speech(std::uint32_t number) {
  constexpr std::size_t kNumbers = 1024;
  const std::size_t count = records_.speech.size();
  for (std::size_t i = count; i > 0 && i + kNumbers > count; --i) {
    if (i % kNumbers == number % kNumbers) return &records_.speech[i - 1];
  }
  return nullptr;
}

// From now on no report can add to what was heard of the reply before.
void Invariants::settle_report(const FarEnd& far_end) {
  if (last_voice_ == 0) return;
  TurnStory& turn = story_.turn(last_voice_);
  if (turn.reported < 0) turn.reported = far_end.reported();
}

void Invariants::note_fetched(const event::AudioOut& out) {
  const SampleOrigin origin = origin_of(out.audio.samples);
  SpeechStream* const stream = origin.stream == 0 ? nullptr : speech(origin.stream);
  if (stream == nullptr) return;
  const auto samples = static_cast<std::int64_t>(out.audio.samples.size());
  stream->fetched = std::max(stream->fetched, origin.sample + samples);
}

void Invariants::check_playback(TurnId id, const TurnStory& turn, const std::string& remembered,
                                std::span<const Played> stretches) {
  const auto wrong = [&](std::string_view invariant, std::string detail) {
    findings_.add(invariant, "turn " + std::to_string(id) + ": " + std::move(detail), turn.over);
  };
  if (turn.reply == ReplyState::kNone) {
    if (!stretches.empty()) wrong("only replies are played", "there was none");
    return;
  }
  if (!remembered.starts_with(turn.heard)) {
    wrong("what was told as heard is remembered", "'" + turn.heard + "' but '" + remembered + "'");
  }
  const std::string_view said = trim(turn.said);
  if (!said.starts_with(remembered)) {
    wrong("what is remembered was said", "'" + remembered + "' of '" + std::string(said) + "'");
  }
  const bool whole = !turn.failed && (turn.reply == ReplyState::kFinished || !turn.voice);
  if (whole && remembered != said && !remembered.empty()) {
    wrong("a reply that was heard or read to its end is remembered whole",
          "'" + remembered + "' of '" + std::string(said) + "'");
  }
  if (!turn.voice) {
    if (!stretches.empty()) wrong("only spoken replies are played", "it was written");
    return;
  }
  check_silences(id, turn, stretches);
  if (plan_.chain) return;  // streams of several voices, whose numbers are not unique
  const SpeechStream* const stream =
      stretches.empty() ? nullptr : speech(stretches.front().origin.stream);
  for (const Played& stretch : stretches) {
    if (stretch.origin.stream == 0) continue;
    const SpeechStream* const source = speech(stretch.origin.stream);
    // A voice that ended after a clause is followed by another stream with the rest.
    const bool own = source != nullptr &&
                     without_spaces(said).find(without_spaces(source->text)) != std::string::npos;
    if (!own) wrong("what is played was said in its turn", source ? source->text : "unknown");
    if (source != stream) return;  // several streams: their audio is not compared word by word
  }
  if (stream != nullptr && !turn.turned) check_heard(id, turn, remembered, stretches, *stream);
}

// Nothing is played while output is withheld, or after the reply's end, once the player has heard
// of it.
void Invariants::check_silences(TurnId id, const TurnStory& turn,
                                std::span<const Played> stretches) {
  const Duration flush = longest(plan_.far_end.delay) + Duration(1);
  auto silences = turn.holds;
  if (turn.reply != ReplyState::kActive) silences.emplace_back(turn.over, Duration::max());
  for (const auto& [from, to] : silences) {
    const bool finished = from == turn.over && turn.reply == ReplyState::kFinished;
    const Duration begin = from + flush + (finished ? std::chrono::seconds(1) : Duration(0));
    for (const Played& stretch : stretches) {
      if (stretch.end <= begin || stretch.start >= to) continue;
      findings_.add("silence when output is withheld or over",
                    "turn " + std::to_string(id) + " was played until " +
                        std::to_string(to_ms(stretch.end)) + " ms, withheld since " +
                        std::to_string(to_ms(from)) + " ms",
                    stretch.end);
      return;
    }
  }
}

// The words remembered against the words played.
void Invariants::check_heard(TurnId id, const TurnStory& turn, const std::string& remembered,
                             std::span<const Played> stretches, const SpeechStream& stream) {
  const int rate = plan_.tts.sample_rate;
  const auto character = duration_to_samples(kCharacterTime, rate);
  const FarEndOptions& far_end = plan_.far_end;
  const bool exact = reports_are_exact(far_end);
  std::int64_t played = 0;
  std::int64_t reported = 0;
  bool gapless = true;
  for (const Played& stretch : stretches) {
    if (stretch.origin.stream == 0 || stretch.samples < kShortest) continue;
    gapless = gapless && stretch.origin.sample <= played + kShortest;
    // No report has told in time that what was sent again had been played before.
    if (!exact) reported = std::min(reported, stretch.origin.sample);
    played = std::max(played, stretch.origin.sample + stretch.samples);
    const std::int64_t known = std::min(stretch.samples, turn.reported - stretch.position);
    // What was taken back and sent again has two positions; a report is about the latter.
    if (known > 0) reported = stretch.origin.sample + known;
  }
  const std::vector<std::size_t> ends = word_ends(turn.said);
  const auto words_at = [&](std::int64_t sample) {
    const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(0, sample) / character);
    return words_within(ends, without_spaces(stream.text.substr(0, bytes)).size());
  };
  const Duration network = longest(far_end.delay) + far_end.buffer;
  const Duration unsure =
      far_end.lost_frames > 0 ? network + std::chrono::milliseconds(200) : network;
  const auto slack = duration_to_samples(unsure, rate);
  std::int64_t least = words_at(far_end.reports ? reported : played - 2 * slack);
  std::int64_t most = words_at(played + kShortest + (exact ? 0 : slack));
  if (!far_end.reports) --least;
  // In a long hold nothing is played, so nothing is reported: an estimate stands in.
  const bool long_hold = std::ranges::any_of(
      turn.holds, [](const auto& hold) { return hold.second - hold.first > kTrust; });
  if (!exact || long_hold) ++most;
  if (plan_.tts.faults.out_of_order > 0) --least;  // a word's time that comes late is lost
  if (!plan_.tts.word_timings) {                   // spread over the clause, or by a usual pace
    // ... if it is known which clause has ended.
    least = plan_.tts.faults.out_of_order > 0 ? 0 : least - 2 - least / 4;
    most += 2 + most / 4;
  }
  // Who says done() too often, and then closes too early, can't be told from one with a clause that
  // has no sound.
  const Faults& faults = plan_.tts.faults;
  if (faults.duplicate > 0 && faults.disconnect > 0) most = static_cast<std::int64_t>(ends.size());
  const std::int64_t words = words_within(ends, without_spaces(remembered).size());
  if (words < least || words > most) {
    findings_.add("what is remembered is what was heard",
                  "turn " + std::to_string(id) + ": '" + remembered + "', " +
                      std::to_string(words) + " words, not " + std::to_string(least) + " to " +
                      std::to_string(most) + ": played up to sample " + std::to_string(played) +
                      ", reported up to " + std::to_string(reported),
                  turn.over);
  }
  // A player's buffer is not known before its first report.
  const bool steady = far_end.delay.jitter == Duration(0) && far_end.buffer == Duration(0);
  if (exact && steady && !gapless) {
    findings_.add("nothing is left out in playing", "turn " + std::to_string(id), turn.over);
  }
}

}  // namespace voiceagent::sim
