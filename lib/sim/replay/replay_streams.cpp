#include <algorithm>

#include "sim/replay/replay_providers.h"

namespace voiceagent {

Result<std::uint64_t> ReplayStreams::start(StreamKind kind, Tell tell) {
  const auto index = static_cast<std::size_t>(kind);
  const std::uint64_t stream = ++started_.at(index);
  const auto& starts = recording_.starts.at(index);
  if (stream > starts.size()) {
    if (tell) open_[{kind, stream}].tell = std::move(tell);
    return stream;
  }
  const RecordedStart& recorded = starts[stream - 1];
  if (!recorded.status.ok()) return recorded.status;
  if (tell) open_[{kind, stream}].tell = std::move(tell);
  // Begun later than it was: all that came in the meantime comes as long after the start as it did.
  for (const Stimulus& call : early_[{kind, stream}]) {
    executor_.post_after(call.time - recorded.time, [this, call] { arrive(call); });
  }
  early_.erase({kind, stream});
  return stream;
}

void ReplayStreams::begin_call(std::uint64_t number, Tell tell) {
  std::uint64_t& newest = started_.at(static_cast<std::size_t>(StreamKind::kTool));
  newest = std::max(newest, number);
  const Key key{StreamKind::kTool, number};
  open_[key].tell = std::move(tell);
  for (const Stimulus& call : early_[key]) executor_.post([this, call] { arrive(call); });
  early_.erase(key);
}

bool ReplayStreams::recorded(StreamKind kind, std::uint64_t stream) const {
  return stream <= recording_.starts.at(static_cast<std::size_t>(kind)).size();
}

void ReplayStreams::close(StreamKind kind, std::uint64_t stream) {
  const auto open = open_.find({kind, stream});
  if (open == open_.end()) return;
  const Tell tell = std::move(open->second.tell);
  open_.erase(open);
  const std::string closed(1, static_cast<char>(SinkCall::kClosed));
  ByteReader bytes(closed);
  tell(bytes);
}

void ReplayStreams::arrive(const Stimulus& call) {
  ByteReader bytes(call.bytes);
  const StreamKind kind = bytes.choice(StreamKind::kTool);
  const std::uint64_t stream = bytes.number();
  if (!bytes.ok() || bytes.at_end()) return;
  if (stream > started_.at(static_cast<std::size_t>(kind))) {
    early_[{kind, stream}].push_back(call);
    return;
  }
  const auto open = open_.find({kind, stream});
  if (open == open_.end() || open->second.settled.contains(call.flush)) return;
  const bool behind = !open->second.behind.empty() && !open->second.cancelled;
  if (!behind && !waits(open->first, open->second, call)) return deliver(call, true);
  open->second.behind.push_back(call);
}

// An answer that was asked for at another time than it was recorded comes by itself.
bool ReplayStreams::waits(const Key& key, const Open& open, const Stimulus& call) const {
  if (call.flush == 0 || open.cancelled) return false;
  return call.flush > open.flushed.size() ||
         open.flushed[call.flush - 1] != recording_.flushes.at({key.second, call.flush}).time;
}

void ReplayStreams::flush(std::uint64_t stream) {
  const auto open = open_.find({StreamKind::kStt, stream});
  if (open == open_.end()) return;
  open->second.flushed.push_back(executor_.time());
  const auto recorded = recording_.flushes.find({stream, open->second.flushed.size()});
  if (recorded == recording_.flushes.end()) return;
  const Duration late = executor_.time() - recorded->second.time;
  if (late == Duration(0)) return;
  Stimulus answer = recorded->second.answer;
  answer.other += late;
  const Duration delay = answer.time - recorded->second.time;
  executor_.post_after(delay, [this, stream, answer] {
    const Key key{StreamKind::kStt, stream};
    const auto still = open_.find(key);
    if (still == open_.end()) return;
    still->second.settled.insert(answer.flush);
    deliver(answer, false);
    follow_up(key);
  });
}

// What had to wait and need not any more.
void ReplayStreams::follow_up(const Key& key) {
  for (auto open = open_.find(key); open != open_.end(); open = open_.find(key)) {
    auto& [tell, flushed, settled, behind, cancelled] = open->second;
    if (behind.empty()) return;
    const bool told = settled.contains(behind.front().flush);
    if (!told && waits(key, open->second, behind.front())) return;
    const Stimulus call = behind.front();
    behind.pop_front();
    if (!told) deliver(call, false);
  }
}

void ReplayStreams::cancel(StreamKind kind, std::uint64_t stream) {
  const Key key{kind, stream};
  const auto open = open_.find(key);
  if (open == open_.end()) return;
  open->second.cancelled = true;
  if (!open->second.behind.empty()) executor_.post([this, key] { follow_up(key); });
}

void ReplayStreams::deliver(const Stimulus& call, bool as_recorded) {
  ByteReader bytes(call.bytes);
  const StreamKind kind = bytes.choice(StreamKind::kTool);
  const auto open = open_.find({kind, bytes.number()});
  if (open == open_.end()) return;
  const Tell tell = open->second.tell;
  if (static_cast<SinkCall>(bytes.rest()[0]) == SinkCall::kClosed) open_.erase(open);
  std::vector<Task> tasks = executor_.arrive(call.other, [&] { tell(bytes); });
  std::reverse(tasks.begin(), tasks.end());
  // As many as were recorded run when they did; should there be others, all run at once.
  const auto recorded = recording_.arrivals.find(call.number);
  const std::size_t wanted = recorded == recording_.arrivals.end() ? 1 : recorded->second;
  const std::size_t later = as_recorded && wanted == tasks.size() ? wanted - 1 : 0;
  while (tasks.size() > later) {
    Task task = std::move(tasks.back());
    tasks.pop_back();
    executor_.run(std::move(task));
  }
  if (!tasks.empty()) waiting_[call.number] = std::move(tasks);
}

void ReplayStreams::more(std::uint64_t number) {
  const auto waiting = waiting_.find(number);
  if (waiting == waiting_.end()) return;
  Task task = std::move(waiting->second.back());
  waiting->second.pop_back();
  if (waiting->second.empty()) waiting_.erase(waiting);
  executor_.run(std::move(task));
}

bool ReplayStreams::close_all() {
  if (open_.empty()) return false;
  while (!open_.empty()) {
    const Key key = open_.begin()->first;
    close(key.first, key.second);
  }
  return true;
}

float ReplayStreams::probability(std::uint64_t stream) {
  const auto said = recording_.vad.find(stream);
  if (said == recording_.vad.end()) return 0;
  auto& [run, frames] = heard_[stream];
  while (run < said->second.size() && frames >= said->second[run].second) {
    ++run;
    frames = 0;
  }
  if (run == said->second.size()) return 0;
  ++frames;
  return said->second[run].first;
}

}  // namespace voiceagent
