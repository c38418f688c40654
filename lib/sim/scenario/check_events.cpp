#include <algorithm>

#include "sim/scenario/checks.h"
#include "sim/scenario/event_types.h"
#include "sim/scenario/problems.h"

namespace voiceagent::sim {
namespace {

bool matches(const EventPattern& pattern, const SeenEvent& event, const Record& record) {
  return event_type_name(event.kind) == pattern.type && fields_match(pattern, record.line(event));
}

std::string times(int count) {
  return count == 1 ? "once" : count == 2 ? "twice" : std::to_string(count) + " times";
}

std::string range_text(int min, int max) {
  if (max == 0) return "never";
  if (min == max) return times(min);
  if (max == std::numeric_limits<int>::max()) return "at least " + times(min);
  return std::to_string(min) + " to " + std::to_string(max) + " times";
}

// The last event of that type, or null.
const SeenEvent* last_of_type(const EventPattern& pattern, const Record& record) {
  const auto& events = record.events();
  const auto last = std::find_if(events.rbegin(), events.rend(), [&](const SeenEvent& event) {
    return event_type_name(event.kind) == pattern.type;
  });
  return last == events.rend() ? nullptr : &*last;
}

void check_count(const EventExpectation& wanted, const std::string& path, const Record& record,
                 Failures& out) {
  int count = 0;
  Duration last{-1};
  for (const SeenEvent& event : record.events()) {
    if (!matches(wanted.event, event, record)) continue;
    ++count;
    last = event.time;
  }
  if (count >= wanted.min && count <= wanted.max) return;
  std::string seen = count == 0 ? "never" : times(count);
  if (count == 0 && !wanted.event.fields.empty()) {
    const SeenEvent* nearest = last_of_type(wanted.event, record);
    if (nearest != nullptr) last = nearest->time;
    seen += nearest == nullptr
                ? "; no " + wanted.event.type + " at all"
                : "; the last " + wanted.event.type + " was " + std::string(record.line(*nearest));
  }
  out.push_back(
      {path, describe(wanted.event) + ": " + range_text(wanted.min, wanted.max), seen, last});
}

void check_order(const std::vector<EventPattern>& order, const Record& record, Failures& out) {
  auto event = record.events().begin();
  Duration reached{-1};
  for (std::size_t i = 0; i < order.size(); ++i) {
    event = std::find_if(event, record.events().end(), [&](const SeenEvent& candidate) {
      return matches(order[i], candidate, record);
    });
    if (event == record.events().end()) {
      const std::string after = i == 0 ? "" : " after " + describe(order[i - 1]);
      out.push_back(
          {element_path("expect.order", i), describe(order[i]) + after, "none came", reached});
      return;
    }
    reached = event->time;
    ++event;
  }
}

}  // namespace

void check_events(const Expectations& expect, const Record& record, Failures& out) {
  for (std::size_t i = 0; i < expect.events.size(); ++i) {
    check_count(expect.events[i], element_path("expect.events", i), record, out);
  }
  check_order(expect.order, record, out);
  int errors = 0;
  const SeenEvent* last = nullptr;
  for (const SeenEvent& event : record.events()) {
    if (event.kind != EventKind::kError) continue;
    ++errors;
    last = &event;
  }
  if (errors < expect.min_errors || errors > expect.max_errors) {
    const std::string seen =
        last == nullptr ? "none"
                        : times(errors) + "; the last was " + std::string(record.line(*last));
    out.push_back({"expect.errors", "error: " + range_text(expect.min_errors, expect.max_errors),
                   seen, last == nullptr ? Duration(-1) : last->time});
  }
  if (expect.max_events && record.events().size() > *expect.max_events) {
    out.push_back({"expect.max_events", "at most " + std::to_string(*expect.max_events) + " events",
                   std::to_string(record.events().size()), Duration(-1)});
  }
}

void check_texts(const Expectations& expect, const Record& record, Failures& out) {
  if (expect.close_reason) {
    const SeenEvent* last = record.events().empty() ? nullptr : &record.events().back();
    const EventPattern closed{
        "session_closed",
        {{"reason", FieldCheck::How::kEquals, std::string(to_string(*expect.close_reason))}}};
    if (last == nullptr || !matches(closed, *last, record)) {
      out.push_back({"expect.close_reason", std::string(to_string(*expect.close_reason)),
                     last == nullptr ? "no event at all" : std::string(record.line(*last)),
                     last == nullptr ? Duration(-1) : last->time});
    }
  }
  if (!expect.heard) return;
  const auto wrong = [&](const std::string& wanted) {
    out.push_back({"expect.heard", wanted, "'" + record.heard + "'", Duration(-1)});
  };
  const TextExpectation& text = *expect.heard;
  if (text.equals && *text.equals != record.heard) wrong("'" + *text.equals + "'");
  for (const std::string& part : text.contains) {
    if (record.heard.find(part) == std::string::npos) wrong("'" + part + "' somewhere");
  }
  for (const std::string& part : text.lacks) {
    if (record.heard.find(part) != std::string::npos) wrong("'" + part + "' nowhere");
  }
}

}  // namespace voiceagent::sim
