// What an agent says when nothing helped: rendered beforehand, because then nobody may be left who
// could speak it. Shared by the agent's sessions; any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/watch/call_board.h"
#include "voiceagent/audio.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/tts.h"

namespace voiceagent {

class Apology : public std::enable_shared_from_this<Apology> {
 public:
  struct Voice {
    std::shared_ptr<TtsProvider> provider;
    std::string voice;
    std::string language;
  };
  // What rendering may use.
  struct Means {
    std::shared_ptr<Executor> executor;
    std::shared_ptr<WorkerPool> workers;
    std::shared_ptr<Logger> logger;
    std::shared_ptr<CallBoard> board;  // of that executor
  };

  // `clip`: what is said, without samples nothing; null: it is to be rendered. REQUIRES:
  // text.size() <= kMaxText.
  Apology(std::string text, Voice voice, std::shared_ptr<const Pcm> clip = nullptr)
      : text_(std::move(text)), voice_(std::move(voice)), given_(clip != nullptr) {
    if (given_ && !clip->samples.empty()) clip_ = std::move(clip);
  }

  // What a synthesiser takes at once, in bytes.
  static constexpr std::size_t kMaxText = 4096;

  // Begins to render it, unless that has been done or is under way. Does not block.
  void prepare(const Means& means);
  // All of it; null: not there (yet), or it could not be made.
  std::shared_ptr<const Pcm> clip() const;
  const std::string& text() const { return text_; }

 private:
  class Rendering;
  void rendered(Pcm audio, const Status& status, Logger& logger);

  const std::string text_;
  const Voice voice_;
  const bool given_;  // by the host
  mutable std::mutex mutex_;
  bool under_way_ = false;
  std::shared_ptr<const Pcm> clip_;
};

}  // namespace voiceagent
