#include <algorithm>
#include <array>
#include <cmath>

#include "sim/scenario/checks.h"
#include "sim/scenario/event_types.h"
#include "sim/scenario/problems.h"

namespace voiceagent::sim {
namespace {

// All moments that an anchor can mean, in order.
std::vector<Duration> moments(const Anchor& anchor, const Record& record) {
  std::vector<Duration> times;
  const auto from_stretches = [&times](const std::vector<Stretch>& all, Duration Stretch::*edge) {
    for (const Stretch& one : all) times.push_back(one.*edge);
  };
  const auto from_marks = [&](const std::vector<StepMark>& all) {
    for (const StepMark& mark : all) {
      if (mark.name == anchor.step) times.push_back(mark.time);
    }
  };
  switch (anchor.kind) {
    case Anchor::Kind::kEvent:
      for (const SeenEvent& event : record.events()) {
        if (event_type_name(event.kind) == anchor.event.type &&
            fields_match(anchor.event, record.line(event))) {
          times.push_back(event.time);
        }
      }
      break;
    case Anchor::Kind::kUserStart: from_stretches(record.said, &Stretch::start); break;
    case Anchor::Kind::kUserEnd: from_stretches(record.said, &Stretch::end); break;
    case Anchor::Kind::kAgentStart: from_stretches(record.audible, &Stretch::start); break;
    case Anchor::Kind::kAgentEnd: from_stretches(record.audible, &Stretch::end); break;
    case Anchor::Kind::kStepStart: from_marks(record.step_starts); break;
    case Anchor::Kind::kStepEnd: from_marks(record.step_ends); break;
  }
  return times;
}

std::string describe(const Anchor& anchor) {
  std::string text;
  switch (anchor.kind) {
    case Anchor::Kind::kEvent:
    case Anchor::Kind::kUserStart:
    case Anchor::Kind::kUserEnd:
    case Anchor::Kind::kAgentStart:
    case Anchor::Kind::kAgentEnd: text = describe(anchor.event); break;
    case Anchor::Kind::kStepStart: text = "the start of step '" + anchor.step + "'"; break;
    case Anchor::Kind::kStepEnd: text = "the end of step '" + anchor.step + "'"; break;
  }
  return anchor.nth > 0 ? text + " number " + std::to_string(anchor.nth) : text;
}

std::string range_text(const std::optional<Duration>& min, const std::optional<Duration>& max) {
  if (min && max) return "from " + ms_text(*min) + " to " + ms_text(*max);
  return min ? "at least " + ms_text(*min) : "at most " + ms_text(*max);
}

bool within(Duration d, const std::optional<Duration>& min, const std::optional<Duration>& max) {
  return (!min || d >= *min) && (!max || d <= *max);
}

// One timing from one beginning.
void check_one(const TimingExpectation& timing, Duration from, const std::vector<Duration>& ends,
               const std::string& path, Failures& out) {
  const std::string wanted = describe(timing.from) + " to " + describe(timing.to) + ": " +
                             range_text(timing.min, timing.max);
  auto end = ends.begin();
  if (timing.to.nth > 0) {
    end = static_cast<std::size_t>(timing.to.nth) <= ends.size() ? ends.begin() + timing.to.nth - 1
                                                                 : ends.end();
  } else {
    end = std::ranges::lower_bound(ends, from);
  }
  if (end == ends.end()) {
    out.push_back({path, wanted, "no " + describe(timing.to) + " came", from});
  } else if (!within(*end - from, timing.min, timing.max)) {
    out.push_back({path, wanted, ms_text(*end - from), from});
  }
}

void check_timing(const TimingExpectation& timing, const std::string& path, const Record& record,
                  Failures& out) {
  const std::vector<Duration> begins = moments(timing.from, record);
  const std::vector<Duration> ends = moments(timing.to, record);
  const std::size_t first =
      timing.from.nth == 0 ? 0 : static_cast<std::size_t>(timing.from.nth - 1);
  if (first >= begins.size()) {
    out.push_back({path, describe(timing.from) + " comes", "it never did", Duration(-1)});
    return;
  }
  const std::size_t before = out.size();
  for (std::size_t i = first; i < begins.size(); ++i) {
    check_one(timing, begins[i], ends, path, out);
    if (!timing.every || out.size() > before) return;  // the first of many is enough
  }
}

// How long two lists of stretches, each in order, cover each other.
Duration overlap(const std::vector<Stretch>& a, const std::vector<Stretch>& b) {
  Duration sum{0};
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const Duration start = std::max(a[i].start, b[j].start);
    const Duration end = std::min(a[i].end, b[j].end);
    sum += std::max(Duration(0), end - start);
    a[i].end < b[j].end ? ++i : ++j;
  }
  return sum;
}

// The longest gap between sounds of either.
Stretch longest_silence(std::vector<Stretch> sounds, const std::vector<Stretch>& more) {
  sounds.insert(sounds.end(), more.begin(), more.end());
  std::ranges::sort(sounds, {}, &Stretch::start);
  Stretch longest;
  Duration end = sounds.empty() ? Duration(0) : sounds.front().end;
  for (const Stretch& sound : sounds) {
    if (sound.start - end > longest.end - longest.start) longest = {end, sound.start};
    end = std::max(end, sound.end);
  }
  return longest;
}

void check_range(const LengthRange& range, Duration length, const std::string& path,
                 const std::string& what, Duration around, Failures& out) {
  if ((!range.min && !range.max) || within(length, range.min, range.max)) return;
  out.push_back({path, what + ": " + range_text(range.min, range.max), ms_text(length), around});
}

}  // namespace

std::string ms_text(Duration d) {
  std::string text = std::to_string(std::llround(to_ms(d) * 10));
  const bool negative = text.front() == '-';
  if (negative) text.erase(0, 1);
  if (text.size() < 2) text.insert(0, 1, '0');
  const char decimal = text.back();
  text.pop_back();
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  if (decimal != '0') text += std::string(".") + decimal;
  return (negative ? "-" : "") + text + " ms";
}

void check_timings(const Expectations& expect, const Record& record, Failures& out) {
  for (std::size_t i = 0; i < expect.timings.size(); ++i) {
    check_timing(expect.timings[i], element_path("expect.timings", i), record, out);
  }
}

void check_audible(const Expectations& expect, const Record& record, Failures& out) {
  const AudibleExpectation& audible = expect.audible;
  Duration agent{0};
  for (const Stretch& stretch : record.audible) agent += stretch.end - stretch.start;
  const Stretch silence = longest_silence(record.words, record.audible);
  check_range(audible.overlap, overlap(record.words, record.audible), "expect.audible.overlap",
              "both at once", Duration(-1), out);
  check_range(audible.silence, silence.end - silence.start, "expect.audible.silence",
              "the longest silence", silence.start, out);
  check_range(audible.agent, agent, "expect.audible.agent", "the agent", Duration(-1), out);
}

}  // namespace voiceagent::sim
