#include "call.h"

#include <utility>

namespace cli {

namespace va = voiceagent;

va::Result<std::unique_ptr<Call>> Call::open(va::Agent& agent,
                                             const std::shared_ptr<va::Executor>& executor,
                                             InputAudio& input, const Files& files, bool print) {
  std::unique_ptr<Call> call(new Call);
  if (va::Status status = call->open_session(agent, executor, files.record); !status.ok()) {
    return status;
  }
  auto recorder = va::CallRecorder::create(*call->session_, files.out);
  if (!recorder.ok()) return recorder.status();
  call->recorder_ = std::move(*recorder);
  if (!files.events.empty()) {
    auto log = EventLog::create(files.events);
    if (!log.ok()) return log.status();
    call->log_ = std::move(*log);
    call->log_->listen(*call->session_);
  }
  if (!files.trace.empty()) {
    auto trace = va::TraceRecorder::create(files.trace);
    if (!trace.ok()) return trace.status();
    call->trace_ = std::move(*trace);
    call->trace_->listen(*call->session_);
  }
  call->statistics_.listen(*call->session_);
  call->dialogue_ = std::make_unique<Dialogue>(*call->session_, print);
  call->caller_ = std::make_unique<Caller>(
      *call->session_, input, *call->recorder_,
      [call = call.get()](va::Status status) { call->done_.set_value(std::move(status)); });
  va::EventBus& events = call->session_->events();
  call->opened_ = events.subscribe<va::event::SessionOpened>(
      [call = call.get()](const va::event::SessionOpened&) { call->caller_->begin(); });
  // After all others have heard of it: whoever waits for the end completes their files.
  call->closed_ = events.subscribe_all([call = call.get()](const va::AnyEvent& event) {
    if (event.kind() == va::EventKind::kSessionClosed) call->ended_.set_value({});
  });
  return call;
}

va::Status Call::open_session(va::Agent& agent, const std::shared_ptr<va::Executor>& executor,
                              const std::string& record) {
  if (!record.empty()) {
    auto recorder = va::SessionRecorder::create(record);
    if (!recorder.ok()) return recorder.status();
    session_recorder_ = std::move(*recorder);
  }
  va::Result<std::shared_ptr<va::Session>> session =
      session_recorder_ != nullptr ? session_recorder_->open_session(agent, {}, executor)
                                   : agent.open_session({}, executor);
  if (session.ok()) session_ = std::move(*session);
  return session.status();
}

std::future<va::Status> Call::close() {
  session_->close(va::CloseReason::kUser);
  return ended_.get_future();
}

va::Status Call::finish() {
  if (va::Status status = recorder_->finish(); !status.ok()) return status;
  if (log_ != nullptr) {
    if (va::Status status = log_->finish(); !status.ok()) return status;
  }
  if (trace_ != nullptr) {
    if (va::Status status = trace_->finish(); !status.ok()) return status;
  }
  return session_recorder_ != nullptr ? session_recorder_->finish() : va::Status();
}

}  // namespace cli
