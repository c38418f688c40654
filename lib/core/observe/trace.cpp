#include "voiceagent/trace.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <optional>
#include <utility>

#include "audio/file_handle.h"
#include "core/observe/session_trace.h"

namespace voiceagent {

// What the recorder and the sessions that it listens to share.
struct TraceRecorder::Output {
 public:
  explicit Output(TraceSink sink) : sink_(std::move(sink)) {}
  Output(std::string path, FileHandle file)
      : sink_([file = file.get()](std::string_view text) {
          return std::fwrite(text.data(), 1, text.size(), file) == text.size();
        }),
        path_(std::move(path)),
        file_(std::move(file)) {}

  void begin() { write("[\n"); }
  // One object of the array.
  void line(std::string_view json) { write(std::string(json) + ",\n"); }
  Status finish();

  int next_session() { return ++sessions_; }
  // How much later than the first session this one opened.
  Duration offset(Time opened) {
    const std::lock_guard lock(mutex_);
    if (!first_opened_) first_opened_ = opened;
    return opened - *first_opened_;
  }

 private:
  void write(std::string_view text) {
    if (finished_ || failed_) return;
    if (!sink_(text)) failed_ = true;
  }

  const TraceSink sink_;
  const std::string path_;
  FileHandle file_;  // none for a caller's sink
  std::atomic<bool> failed_{false};
  std::atomic<bool> finished_{false};
  std::atomic<int> sessions_{0};
  std::mutex mutex_;
  std::optional<Time> first_opened_;
};

Status TraceRecorder::Output::finish() {
  if (!finished_) {
    // No comma may stand before the end.
    write(
        "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_name\",\"args\":{\"name\":\"voiceagent\"}}\n]"
        "\n");
    finished_ = true;
    if (file_ != nullptr && std::fclose(file_.release()) != 0) failed_ = true;
  }
  if (!failed_) return {};
  if (path_.empty()) return io_error("the trace could not be written to its end");
  return io_error(path_ + ": could not be written to its end; is the disk full?");
}

TraceRecorder::TraceRecorder(std::shared_ptr<Output> output) : output_(std::move(output)) {
  output_->begin();
}

TraceRecorder::~TraceRecorder() { (void)finish(); }

Result<std::unique_ptr<TraceRecorder>> TraceRecorder::create(const std::string& path) {
  FileHandle file(std::fopen(path.c_str(), "wb"));
  if (file == nullptr) return io_error(path + ": cannot write: " + system_reason(errno));
  auto output = std::make_shared<Output>(path, std::move(file));
  return std::unique_ptr<TraceRecorder>(new TraceRecorder(std::move(output)));
}

std::unique_ptr<TraceRecorder> TraceRecorder::create(TraceSink sink) {
  return std::unique_ptr<TraceRecorder>(
      new TraceRecorder(std::make_shared<Output>(std::move(sink))));
}

void TraceRecorder::listen(Session& session) {
  // Lives in the handler, and so as long as the bus.
  auto trace = std::make_shared<std::optional<SessionTrace>>();
  Subscription events = session.events().subscribe_all(
      [trace, output = output_, executor = &session.executor()](const AnyEvent& event) {
        if (!*trace) {
          const Duration offset = output->offset(executor->now() - event.envelope().time);
          trace->emplace(output->next_session(), offset,
                         [output](std::string_view line) { output->line(line); });
          (*trace)->begin(event.envelope().session_id);
        }
        (*trace)->on(event);
      });
  events.release();
}

Status TraceRecorder::finish() { return output_->finish(); }

}  // namespace voiceagent
