#include "time_line.h"

namespace cli {

namespace va = voiceagent;

TimeLine::TimeLine(bool real_time) {
  if (real_time) {
    workers_ = va::make_worker_pool();
    executor_ = va::make_thread_executor();
  } else {
    virtual_ = va::VirtualExecutor::create();
    workers_ = virtual_->workers();
    executor_ = virtual_;
  }
}

}  // namespace cli
