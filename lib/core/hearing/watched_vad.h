// A detector whose calls are shown on the executor's board.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "core/watch/call_board.h"
#include "voiceagent/vad.h"

namespace voiceagent {

class WatchedVad final : public VadStream {
 public:
  WatchedVad(std::unique_ptr<VadStream> vad, std::shared_ptr<CallBoard> board, CallOwner owner)
      : vad_(std::move(vad)), board_(std::move(board)), owner_(owner) {}

  float process(std::span<const std::int16_t> frame) override {
    const Call call(board_.get(), {owner_, CallWhat::kProcess});
    return vad_->process(frame);
  }
  void reset() override {
    const Call call(board_.get(), {owner_, CallWhat::kReset});
    vad_->reset();
  }

 private:
  const std::unique_ptr<VadStream> vad_;
  const std::shared_ptr<CallBoard> board_;
  const CallOwner owner_;
};

}  // namespace voiceagent
