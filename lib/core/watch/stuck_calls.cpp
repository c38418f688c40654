#include "core/watch/stuck_calls.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace voiceagent {
namespace {

constexpr Duration kInterval{500'000'000};
constexpr Duration kStuck{1'000'000'000};

}  // namespace

struct StuckCalls::Boards {
  explicit Boards(std::shared_ptr<Logger> log) : logger(std::move(log)) {}

  struct Seen {
    std::weak_ptr<const CallBoard> board;
    std::uint64_t call = 0;  // that was on at the latest look
    Time since{};            // the first look that found it
    bool told = false;
  };

  // What is to be told: once of each call.
  std::vector<std::string> look(Time now) {
    std::vector<std::string> stuck;
    const std::lock_guard lock(mutex);
    for (Seen& one : seen) {
      const auto board = one.board.lock();
      if (board == nullptr) continue;
      const std::uint64_t call = board->shown();
      if (call != one.call) one = {one.board, call, now, false};
      if (call == 0 || one.told || now - one.since < kStuck) continue;
      one.told = true;
      stuck.push_back(board->text(call) + " has held an executor for " +
                      std::to_string((now - one.since).count() / 1'000'000) +
                      " ms or more, and has not returned");
    }
    std::erase_if(seen, [](const Seen& one) { return one.board.expired(); });
    return stuck;
  }

  const std::shared_ptr<Logger> logger;
  std::mutex mutex;
  std::vector<Seen> seen;
};

StuckCalls::StuckCalls(std::shared_ptr<Executor> reporter, std::shared_ptr<Logger> logger)
    : boards_(std::make_shared<Boards>(std::move(logger))), reporter_(std::move(reporter)) {
  if (reporter_ != nullptr) look_later(reporter_.get(), boards_);
}

// The reporter's thread, if it is ours alone, is joined before anything that it uses goes.
StuckCalls::~StuckCalls() { reporter_.reset(); }

void StuckCalls::watch(const std::shared_ptr<CallBoard>& board) {
  if (reporter_ == nullptr) return;
  const std::lock_guard lock(boards_->mutex);
  boards_->seen.push_back({board});
}

// The next look is arranged first: a logger may let go of the engine.
void StuckCalls::look_later(Executor* reporter, std::weak_ptr<Boards> boards) {
  reporter->post_after(kInterval, [reporter, boards = std::move(boards)] {
    const std::shared_ptr<Boards> held = boards.lock();
    if (held == nullptr) return;
    look_later(reporter, held);
    for (const std::string& line : held->look(reporter->now())) {
      held->logger->write(LogLevel::kError, "engine", line);
    }
  });
}

}  // namespace voiceagent
