#include "sim/record/recording_file.h"

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "base/thread_util.h"
#include "sim/record/byte_code.h"

namespace voiceagent {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr std::size_t kMostWaiting = 64;
constexpr Duration kMostHeldBack{1'000'000'000};  // what a crash costs
constexpr std::chrono::seconds kPatience{1};

void put_fixed(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

RecordingFile::RecordingFile(std::string path, FileHandle file, OnDone on_done)
    : path_(std::move(path)), on_done_(std::move(on_done)), file_(std::move(file)) {
  waiting_.emplace_back(kRecordingMagic);
}

Result<std::shared_ptr<RecordingFile>> RecordingFile::create(const std::string& path,
                                                             OnDone on_done) {
  FileHandle file(std::fopen(path.c_str(), "wb"));
  if (file == nullptr) return io_error(path + ": cannot write: " + system_reason(errno));
  std::shared_ptr<RecordingFile> made(new RecordingFile(path, std::move(file), std::move(on_done)));
  if (!made->begin()) return resource_exhausted(path + ": the system gives no thread to write it");
  return made;
}

// The thread keeps the file alive.
bool RecordingFile::begin() {
  std::thread thread = start_thread([self = shared_from_this()] {
    name_this_thread("va-recording");
    self->write();
  });
  if (!thread.joinable()) return false;
  thread.detach();
  return true;
}

void RecordingFile::append(std::string_view record, Duration now) {
  std::unique_lock lock(mutex_);
  if (sealed_ || !status_.ok()) return;
  chunk_ += record;
  if (chunk_.size() < kChunk && now - handed_over_ < kMostHeldBack) return;
  handed_over_ = now;
  hand_over(lock);
}

void RecordingFile::hand_over(std::unique_lock<std::mutex>& lock) {
  if (chunk_.empty()) return;
  const auto room = [this] { return waiting_.size() < kMostWaiting || !status_.ok(); };
  if (!changed_.wait_for(lock, kPatience, room)) {
    status_ = {ErrorCode::kIo, path_ + ": the disk is too slow; the recording ends here"};
  }
  std::string framed;
  framed.reserve(chunk_.size() + 12);
  put_fixed(framed, chunk_.size(), 4);
  put_fixed(framed, hash_bytes(chunk_), 8);
  framed += std::exchange(chunk_, {});
  if (!status_.ok()) return;
  waiting_.push_back(std::move(framed));
  changed_.notify_all();
}

void RecordingFile::seal() {
  std::unique_lock lock(mutex_);
  if (sealed_) return;
  hand_over(lock);
  sealed_ = true;
  changed_.notify_all();
}

// The thread's life.
void RecordingFile::write() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return sealed_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    const std::string next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const bool written = std::fwrite(next.data(), 1, next.size(), file_.get()) == next.size() &&
                         std::fflush(file_.get()) == 0;
    lock.lock();
    if (!written && status_.ok()) {
      status_ = io_error(path_ + ": could not be written to its end; is the disk full?");
    }
    changed_.notify_all();
  }
  const bool closed = std::fclose(file_.release()) == 0;
  if (!closed && status_.ok()) status_ = io_error(path_ + ": could not be closed");
  const Status status = status_;
  lock.unlock();
  if (on_done_) on_done_(status);
  lock.lock();
  done_ = true;
  changed_.notify_all();
}

Status RecordingFile::finish() {
  seal();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_; });
  return status_;
}

}  // namespace voiceagent
