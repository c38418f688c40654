// How the calls of a sink are noted.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "sim/record/byte_code.h"
#include "sim/record/record.h"
#include "sim/record/recording_executor.h"
#include "sim/record/recording_log.h"
#include "sim/record/recording_scope.h"

namespace voiceagent {

// Makes the calls of one stream's sink, and keeps what they say. Any thread.
class SinkNotes {
 public:
  SinkNotes(std::shared_ptr<RecordingExecutor> executor, StreamKind kind, std::uint64_t stream)
      : executor_(std::move(executor)), kind_(kind), stream_(stream) {}

  // `args(ByteWriter&)` writes the arguments; `tell()` makes the call, after which this object may
  // be gone.
  template <class Args, class Tell>
  auto note(SinkCall what, Args args, Tell tell) {
    const std::shared_ptr<RecordingLog> log = executor_->shared_log();
    auto call = std::make_shared<RecordedSinkCall>();
    ByteWriter bytes;
    bytes.choice(kind_);
    bytes.number(stream_);
    bytes.choice(what);
    args(bytes);
    call->bytes = bytes.take();
    call->at = executor_->real()->now();
    const RecordingScope scope(*log, std::move(call));
    return tell();
  }
  template <class Tell>
  void note(SinkCall what, Tell tell) {
    note(
        what, [](ByteWriter&) {}, tell);
  }

 private:
  const std::shared_ptr<RecordingExecutor> executor_;
  const StreamKind kind_;
  const std::uint64_t stream_;
};

}  // namespace voiceagent
