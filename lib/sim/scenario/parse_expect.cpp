#include <array>
#include <utility>

#include "sim/scenario/parse.h"

namespace voiceagent::sim {
namespace {

constexpr std::int64_t kMaxCount = 1'000'000'000;

const std::vector<std::string>& mark_names() {
  static const std::vector<std::string> names{"user_start", "user_end", "agent_start", "agent_end"};
  return names;
}

Anchor::Kind mark_kind(std::string_view name) {
  constexpr Anchor::Kind kKinds[] = {Anchor::Kind::kUserStart, Anchor::Kind::kUserEnd,
                                     Anchor::Kind::kAgentStart, Anchor::Kind::kAgentEnd};
  for (std::size_t i = 0; i < mark_names().size(); ++i) {
    if (mark_names()[i] == name) return kKinds[i];
  }
  return Anchor::Kind::kEvent;
}

// Calls `each(element, its path)` for all elements of the list at `key`, if it is there.
template <class Each>
void for_each_element(ObjectReader& reader, std::string_view key, const Each& each) {
  if (!reader.has(key)) return;
  const Json list = reader.get(key);
  const std::string path = reader.path(key);
  if (!expect_array(list, path, reader.problems())) return;
  if (list.size() == 0) reader.problems().add(path, "must not be empty");
  for (std::size_t i = 0; i < list.size(); ++i) each(list.at(i), element_path(path, i));
}

// How often something occurs. Both ends have a value already: what holds if they aren't set.
void parse_frequency(ObjectReader& reader, int& min, int& max) {
  ObjectReader::put(min, reader.integer("min", 0, kMaxCount));
  ObjectReader::put(max, reader.integer("max", 0, kMaxCount));
  if (max == 0 && !reader.has("min")) min = 0;
  if (min > max) reader.problems().add(reader.path(), "min is more than max");
  if (min == 0 && max == std::numeric_limits<int>::max()) {
    reader.problems().add(reader.path(), "says nothing: it needs a max, or a min of 1 or more");
  }
}

EventExpectation parse_event(const Json& json, const std::string& path, Problems& out) {
  EventExpectation event;
  if (json.is_string()) {
    if (auto pattern = parse_pattern(json, path, out)) event.event = std::move(*pattern);
    return event;
  }
  ObjectReader reader(json, path, out);
  if (!json.is_object()) return event;
  if (auto pattern = parse_pattern_keys(reader)) event.event = std::move(*pattern);
  if (const auto count = reader.integer("count", 0, kMaxCount)) {
    event.min = event.max = static_cast<int>(*count);
    if (reader.has("min") || reader.has("max")) out.add(path, "has both count and a range");
  } else {
    parse_frequency(reader, event.min, event.max);
  }
  reader.refuse_the_rest();
  return event;
}

std::optional<Anchor> parse_anchor(ObjectReader& timing, std::string_view key) {
  Problems& out = timing.problems();
  if (!timing.has(key)) {
    out.add(timing.path(), "has no '" + std::string(key) + "'");
    return std::nullopt;
  }
  const Json json = timing.get(key);
  const std::string path = timing.path(key);
  // A lone name is short for {"event": name}.
  const Result<Json> wrapped =
      json.is_string() ? Json::parse("{\"event\":" + json.dump() + "}") : Result<Json>(json);
  if (!wrapped.ok()) return std::nullopt;
  ObjectReader reader(*wrapped, path, out);
  if (!wrapped->is_object()) return std::nullopt;
  Anchor anchor;
  const auto start = reader.text("step_start");
  const auto end = reader.text("step_end");
  if (start || end) {
    anchor.kind = start ? Anchor::Kind::kStepStart : Anchor::Kind::kStepEnd;
    anchor.step = start ? *start : *end;
  } else if (auto pattern = parse_pattern_keys(reader, mark_names())) {
    anchor.kind = mark_kind(pattern->type);
    anchor.event = std::move(*pattern);
  }
  ObjectReader::put(anchor.nth, reader.integer("nth", 1, kMaxCount));
  reader.refuse_the_rest();
  return anchor;
}

void check_range(const std::optional<Duration>& min, const std::optional<Duration>& max,
                 const std::string& path, Problems& out) {
  if (!min && !max) out.add(path, "says nothing: it needs min_ms, max_ms or both");
  if (min && max && *min > *max) out.add(path, "min_ms is more than max_ms");
}

TimingExpectation parse_timing(const Json& json, const std::string& path, Problems& out) {
  TimingExpectation timing;
  ObjectReader reader(json, path, out);
  if (!json.is_object()) return timing;
  if (auto from = parse_anchor(reader, "from")) timing.from = std::move(*from);
  if (auto to = parse_anchor(reader, "to")) timing.to = std::move(*to);
  timing.min = reader.ms("min_ms", -kMaxMs);
  timing.max = reader.ms("max_ms", -kMaxMs);
  check_range(timing.min, timing.max, path, out);
  ObjectReader::put(timing.every, reader.flag("every"));
  if (timing.every && (timing.from.nth != 0 || timing.to.nth != 0)) {
    out.add(path, "has both every and nth");
  }
  reader.refuse_the_rest();
  return timing;
}

LengthRange parse_range(ObjectReader& parent, std::string_view key) {
  LengthRange range;
  if (!parent.has(key)) return range;
  ObjectReader reader(parent.get(key), parent.path(key), parent.problems());
  range.min = reader.ms("min_ms");
  range.max = reader.ms("max_ms");
  check_range(range.min, range.max, reader.path(), parent.problems());
  reader.refuse_the_rest();
  return range;
}

AudibleExpectation parse_audible(ObjectReader& parent) {
  AudibleExpectation audible;
  if (!parent.has("audible")) return audible;
  ObjectReader reader(parent.get("audible"), parent.path("audible"), parent.problems());
  audible.overlap = parse_range(reader, "overlap");
  audible.silence = parse_range(reader, "silence");
  audible.agent = parse_range(reader, "agent");
  reader.refuse_the_rest();
  return audible;
}

// "text" or ["text", "text"].
std::vector<std::string> parse_texts(ObjectReader& reader, std::string_view key) {
  std::vector<std::string> texts;
  if (!reader.has(key)) return texts;
  if (!reader.get(key).is_array()) {
    if (auto text = reader.text(key)) texts.push_back(std::move(*text));
    return texts;
  }
  for_each_element(reader, key, [&](const Json& json, const std::string& path) {
    if (auto text = read_text(json, path, reader.problems())) texts.push_back(std::move(*text));
  });
  return texts;
}

std::optional<TextExpectation> parse_text(ObjectReader& parent, std::string_view key) {
  if (!parent.has(key)) return std::nullopt;
  TextExpectation text;
  if (!parent.get(key).is_object()) {
    text.equals = parent.string(key);
    return text;
  }
  ObjectReader reader(parent.get(key), parent.path(key), parent.problems());
  text.contains = parse_texts(reader, "contains");
  text.lacks = parse_texts(reader, "lacks");
  if (text.contains.empty() && text.lacks.empty()) {
    reader.problems().add(reader.path(), "needs \"contains\" or \"lacks\"");
  }
  reader.refuse_the_rest();
  return text;
}

// What came of a call.
void parse_result(ObjectReader& reader, ContextExpectation& message) {
  static constexpr std::array kStates{ToolState::kDone, ToolState::kFailed, ToolState::kCancelled,
                                      ToolState::kTimedOut, ToolState::kRejected};
  const bool told = reader.has("state") || reader.has("result");
  if (told && message.role != Role::kTool) {
    reader.problems().add(reader.path(), "only a tool has a state and a result");
  }
  ObjectReader::put(message.state, reader.named<ToolState>("state", kStates));
  if (!reader.has("result")) return;
  const Json result = reader.get("result");
  message.result = result.is_string() ? std::string(result.string()) : result.dump();
}

ContextExpectation parse_message(const Json& json, const std::string& path, Problems& out) {
  ContextExpectation message;
  ObjectReader reader(json, path, out);
  if (!json.is_object()) return message;
  const std::array<std::pair<std::string_view, Role>, 3> kinds{
      {{"user", Role::kUser}, {"assistant", Role::kAssistant}, {"tool", Role::kTool}}};
  int found = 0;
  for (const auto& [key, role] : kinds) {
    if (!reader.has(key)) continue;
    ++found;
    message.role = role;
    ObjectReader::put(message.text, reader.string(key));
  }
  if (found != 1) out.add(path, "must have either 'user', 'assistant' or 'tool'");
  const bool assistant = message.role == Role::kAssistant;
  ObjectReader::put(message.interrupted, reader.flag("interrupted"));
  if (!assistant && message.interrupted) out.add(path, "only the assistant can be interrupted");
  message.calls = parse_texts(reader, "calls");
  if (!assistant && !message.calls.empty()) out.add(path, "only the assistant can call tools");
  parse_result(reader, message);
  reader.refuse_the_rest();
  return message;
}

void parse_errors(ObjectReader& reader, Expectations& expect) {
  if (!reader.has("errors")) return;
  if (!reader.get("errors").is_object()) {
    if (const auto count = reader.integer("errors", 0, kMaxCount)) {
      expect.min_errors = expect.max_errors = static_cast<int>(*count);
    }
    return;
  }
  ObjectReader range(reader.get("errors"), reader.path("errors"), reader.problems());
  expect.max_errors = std::numeric_limits<int>::max();
  parse_frequency(range, expect.min_errors, expect.max_errors);
  range.refuse_the_rest();
}

}  // namespace

Expectations parse_expectations(const Json& json, const std::string& path, Problems& out) {
  Expectations expect;
  ObjectReader reader(json, path, out);
  if (!json.is_object()) return expect;
  if (reader.has("context")) {
    expect.context.emplace();
    const Json list = reader.get("context");
    const std::string place = reader.path("context");
    for (std::size_t i = 0; expect_array(list, place, out) && i < list.size(); ++i) {
      expect.context->push_back(parse_message(list.at(i), element_path(place, i), out));
    }
  }
  for_each_element(reader, "events", [&](const Json& one, const std::string& place) {
    expect.events.push_back(parse_event(one, place, out));
  });
  for_each_element(reader, "order", [&](const Json& one, const std::string& place) {
    if (auto pattern = parse_pattern(one, place, out)) expect.order.push_back(std::move(*pattern));
  });
  for_each_element(reader, "timings", [&](const Json& one, const std::string& place) {
    expect.timings.push_back(parse_timing(one, place, out));
  });
  expect.audible = parse_audible(reader);
  expect.heard = parse_text(reader, "heard");
  expect.close_reason = reader.named<CloseReason>("close_reason", close_reasons());
  parse_errors(reader, expect);
  ObjectReader::put(expect.max_events, reader.integer("max_events", 1, kMaxCount));
  reader.refuse_the_rest();
  return expect;
}

}  // namespace voiceagent::sim
