#include "sim/replay/event_check.h"

#include <cinttypes>
#include <cmath>
#include <cstdio>

#include "sim/record/event_code.h"

namespace voiceagent {
namespace {

// The samples themselves are not shown, but a difference in them is.
std::string with_hash(std::string json, std::uint64_t hash) {
  char text[48];
  std::snprintf(text, sizeof text, ",\"samples_hash\":\"%016" PRIx64 "\"}", hash);
  if (!json.empty()) json.pop_back();
  return json + text;
}

// Whether `seen` has all that `expected` has: a newer version may add fields.
bool same_event(const std::string& expected, const std::string& seen) {
  if (expected == seen) return true;
  const Result<Json> before = Json::parse(expected);
  const Result<Json> now = Json::parse(seen);
  if (!before.ok() || !now.ok() || !before->is_object()) return false;
  for (std::size_t i = 0; i < before->size(); ++i) {
    const std::string_view key = before->key_at(i);
    if (!now->has(key) || (*now)[key].dump() != before->at(i).dump()) return false;
  }
  return true;
}

}  // namespace

void EventCheck::see(const AnyEvent& event) {
  if (difference_) return;
  if (event.kind() == EventKind::kAudioIn) {  // that the input is the same needs no saying
    ++same_;
    return;
  }
  json_.clear();
  write_json(event, json_);
  std::string seen(json_.text());
  if (const auto* out = event.as<event::AudioOut>()) {
    seen = with_hash(std::move(seen), hash_samples(out->audio.samples));
  }
  const std::string wanted = expected();
  if (wanted.empty() || !same_event(wanted, seen)) return differ(wanted, seen);
  ++next_;
  ++same_;
}

void EventCheck::end() {
  if (!over()) differ(expected(), {});
}

// The next recorded event; empty when there is none.
std::string EventCheck::expected() const {
  if (next_ == recording_.events.size()) return {};
  const RecordedEvent& event = recording_.events[next_];
  if (!event.audio_out) return std::string(event.bytes);
  ByteReader in(event.bytes);
  AudioOutText text = read_audio_out(in);
  return with_hash(std::move(text.json), text.hash);
}

void EventCheck::differ(const std::string& expected, const std::string& seen) {
  ReplayDifference difference;
  difference.expected = expected;
  difference.seen = seen;
  const Result<Json> named = Json::parse(expected.empty() ? seen : expected);
  if (named.ok()) {
    difference.event = static_cast<std::uint64_t>((*named)["seq"].integer());
    difference.time = Duration(std::llround((*named)["t_ms"].number() * 1e6));
  }
  difference_ = std::move(difference);
}

}  // namespace voiceagent
