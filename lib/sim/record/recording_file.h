// A recording on its way to the disk: records are gathered into chunks, and a thread writes these.
//
// The file: kRecordingMagic, then chunks, each a size (4 bytes, little-endian), a hash (8) and that
// many bytes of records. A record is its kind (1 byte), its size and its bytes; see record.h.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "audio/file_handle.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent {

inline constexpr std::string_view kRecordingMagic{"vaz\r\n\x1A\0\1", 8};  // the last is the version

class RecordingFile : public std::enable_shared_from_this<RecordingFile> {
 public:
  using OnDone = std::function<void(const std::string& path, const Status&)>;

  // Creates or overwrites a file. The error names the path. Blocks.
  static Result<std::shared_ptr<RecordingFile>> create(const std::string& path);
  // Makes a file that isn't there yet, by the thread: `stem`.vaz, or `stem`.2.vaz and so on. That
  // it can't is told as every other failure: by `on_done`, if any, which the thread calls at its
  // end, and by finish().
  static Result<std::shared_ptr<RecordingFile>> create_new(const std::string& stem, OnDone on_done);
  RecordingFile(const RecordingFile&) = delete;
  RecordingFile& operator=(const RecordingFile&) = delete;

  // Takes a record of the time `now`. A disk that is 4 MB behind is waited for, a second at most
  // and only once: then the recording has failed. Any thread.
  void append(std::string_view record, Duration now);
  // No more comes: what there is goes to the disk, and the thread ends. Must come at last. Any
  // thread; doesn't wait.
  void seal();
  // Seals, and waits until everything is on the disk. The first thing that went wrong, if anything
  // did. Any thread; blocks.
  Status finish();

 private:
  RecordingFile(std::string path, FileHandle file, OnDone on_done);
  static Result<std::shared_ptr<RecordingFile>> begin(std::shared_ptr<RecordingFile> made);
  void open_new();
  void hand_over(std::unique_lock<std::mutex>& lock);
  void write();

  const OnDone on_done_;
  FileHandle file_;  // the thread's
  std::mutex mutex_;
  std::string path_;
  std::condition_variable changed_;
  std::string chunk_;
  Duration handed_over_{0};          // the time of the latest record handed over
  std::deque<std::string> waiting_;  // for the thread
  bool sealed_ = false;
  bool done_ = false;  // the thread is
  Status status_;
};

}  // namespace voiceagent
