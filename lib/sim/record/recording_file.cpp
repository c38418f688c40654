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
constexpr std::string_view kEnding = ".vaz";

void put_fixed(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

RecordingFile::RecordingFile(std::string path, FileHandle file, OnDone on_done)
    : on_done_(std::move(on_done)), file_(std::move(file)), path_(std::move(path)) {
  waiting_.emplace_back(kRecordingMagic);
}

Result<std::shared_ptr<RecordingFile>> RecordingFile::create(const std::string& path) {
  FileHandle file(std::fopen(path.c_str(), "wb"));
  if (file == nullptr) return io_error(path + ": cannot write: " + system_reason(errno));
  return begin(std::shared_ptr<RecordingFile>(new RecordingFile(path, std::move(file), nullptr)));
}

Result<std::shared_ptr<RecordingFile>> RecordingFile::create_new(const std::string& stem,
                                                                 OnDone on_done) {
  const std::string path = stem + std::string(kEnding);
  return begin(
      std::shared_ptr<RecordingFile>(new RecordingFile(path, nullptr, std::move(on_done))));
}

// The thread keeps the file alive.
Result<std::shared_ptr<RecordingFile>> RecordingFile::begin(std::shared_ptr<RecordingFile> made) {
  std::thread thread = start_thread([made] {
    name_this_thread("va-recording");
    made->write();
  });
  if (!thread.joinable()) {
    return resource_exhausted(made->path_ + ": the system gives no thread to write it");
  }
  thread.detach();
  return made;
}

// Under the first name that is free. Sessions may share an id: what was recorded stays.
void RecordingFile::open_new() {
  std::string path = path_;
  const std::string stem = path.substr(0, path.size() - kEnding.size());
  const auto open = [this, &path] {
    file_.reset(std::fopen(path.c_str(), "wbx"));
    return file_ != nullptr ? 0 : errno;
  };
  int error = open();
  for (int number = 2; error == EEXIST; ++number) {
    path = stem + '.' + std::to_string(number) + std::string(kEnding);
    error = open();
  }
  const std::lock_guard lock(mutex_);
  path_ = path;
  if (error != 0) status_ = io_error(path + ": cannot write: " + system_reason(error));
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
  if (file_ == nullptr) open_new();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return sealed_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    const std::string next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const bool written = file_ != nullptr &&
                         std::fwrite(next.data(), 1, next.size(), file_.get()) == next.size() &&
                         std::fflush(file_.get()) == 0;
    lock.lock();
    if (!written && status_.ok()) {
      status_ = io_error(path_ + ": could not be written to its end; is the disk full?");
    }
    changed_.notify_all();
  }
  const bool closed = file_ == nullptr || std::fclose(file_.release()) == 0;
  if (!closed && status_.ok()) status_ = io_error(path_ + ": could not be closed");
  const Status status = status_;
  lock.unlock();
  if (on_done_) on_done_(path_, status);
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
