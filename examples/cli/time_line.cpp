#include "time_line.h"

#include <chrono>

namespace cli {

namespace va = voiceagent;

TimeLine::TimeLine(bool real_time) {
  if (real_time) {
    workers_ = va::make_worker_pool();
    executor_ = va::make_thread_executor();
  } else {
    va::VirtualTimeOptions options;
    const auto today = std::chrono::system_clock::now().time_since_epoch();
    options.wall_start_ms = std::chrono::duration_cast<std::chrono::milliseconds>(today).count();
    virtual_ = va::VirtualExecutor::create(options);
    workers_ = virtual_->workers();
    executor_ = virtual_;
  }
}

}  // namespace cli
