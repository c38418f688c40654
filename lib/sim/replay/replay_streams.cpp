#include <algorithm>

#include "sim/replay/replay_providers.h"

namespace voiceagent {

Result<std::uint64_t> ReplayStreams::start(StreamKind kind, Tell tell) {
  const auto index = static_cast<std::size_t>(kind);
  const std::uint64_t stream = ++started_.at(index);
  const auto& starts = recording_.starts.at(index);
  if (stream > starts.size()) {
    if (tell) open_.emplace(Key{kind, stream}, std::move(tell));
    return stream;
  }
  const RecordedStart& recorded = starts[stream - 1];
  if (!recorded.status.ok()) return recorded.status;
  if (tell) open_.emplace(Key{kind, stream}, std::move(tell));
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
  open_.emplace(key, std::move(tell));
  for (const Stimulus& call : early_[key]) executor_.post([this, call] { arrive(call); });
  early_.erase(key);
}

bool ReplayStreams::recorded(StreamKind kind, std::uint64_t stream) const {
  return stream <= recording_.starts.at(static_cast<std::size_t>(kind)).size();
}

void ReplayStreams::close(StreamKind kind, std::uint64_t stream) {
  const auto open = open_.find({kind, stream});
  if (open == open_.end()) return;
  const Tell tell = std::move(open->second);
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
  if (open == open_.end()) return;
  const Tell tell = open->second;
  if (static_cast<SinkCall>(bytes.rest()[0]) == SinkCall::kClosed) open_.erase(open);
  std::vector<Task> tasks = executor_.arrive(call.other, [&] { tell(bytes); });
  std::reverse(tasks.begin(), tasks.end());
  // As many as were recorded run when they did; should there be others, all run at once.
  const auto recorded = recording_.arrivals.find(call.number);
  const std::size_t wanted = recorded == recording_.arrivals.end() ? 1 : recorded->second;
  const std::size_t later = wanted == tasks.size() ? wanted - 1 : 0;
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
