#include "core/session/session_logger.h"

#include <utility>

namespace voiceagent {
namespace {

class SessionLogger final : public Logger {
 public:
  SessionLogger(std::shared_ptr<Logger> logger, std::string session, std::string request)
      : logger_(std::move(logger)), session_(std::move(session)), request_(std::move(request)) {}

  void write(LogLevel level, std::string_view component, std::string_view message) override {
    log({level, component, message, {}, {}});
  }

  void log(const LogRecord& record) override {
    LogRecord complete = record;
    if (complete.session.empty()) complete.session = session_;
    if (complete.request.empty()) complete.request = request_;
    logger_->log(complete);
  }

  bool wants(LogLevel level) const override { return logger_->wants(level); }

 private:
  const std::shared_ptr<Logger> logger_;
  const std::string session_;
  const std::string request_;
};

}  // namespace

std::shared_ptr<Logger> make_session_logger(std::shared_ptr<Logger> logger, std::string session,
                                            std::string request) {
  return std::make_shared<SessionLogger>(std::move(logger), std::move(session), std::move(request));
}

}  // namespace voiceagent
