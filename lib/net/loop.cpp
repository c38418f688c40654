#include "net/loop.h"

#include <pthread.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <thread>
#include <utility>
#include <vector>

#include "base/task_queue.h"
#include "base/thread_util.h"

namespace voiceagent::net {

namespace {

constexpr std::int64_t kProbeMs = 20;
constexpr Duration kProbePeriod = std::chrono::milliseconds(kProbeMs);
constexpr Duration kLatenessKept = std::chrono::milliseconds(500);

// The greatest delay of the probe in this half second and in the one before.
class Lateness {
 public:
  void start(Time now) {
    due_ = now + kProbePeriod;
    half_began_ = now;
  }
  void probe(Time now) {
    const Duration late = now - due_.load(std::memory_order_relaxed);
    if (now - half_began_ >= kLatenessKept) {
      half_began_ = now;
      before_.store(current_.exchange(Duration(), std::memory_order_relaxed),
                    std::memory_order_relaxed);
    }
    if (late > current_.load(std::memory_order_relaxed)) {
      current_.store(late, std::memory_order_relaxed);
    }
    due_.store(now + kProbePeriod, std::memory_order_relaxed);
  }
  // Any thread. A probe that is overdue counts too: a stuck thread shows before it goes on.
  Duration greatest(Time now) const {
    return std::max({before_.load(std::memory_order_relaxed),
                     current_.load(std::memory_order_relaxed),
                     now - due_.load(std::memory_order_relaxed), Duration()});
  }

 private:
  std::atomic<Time> due_ = Time();
  std::atomic<Duration> before_ = Duration();
  std::atomic<Duration> current_ = Duration();
  Time half_began_;
};

// What the loop and its thread share; the thread may outlive the loop.
//
// Everything posted is run in the prepare phase, just before the loop looks for events: what their
// callbacks post runs in the same round. Timers of the executor share one timer of libuv, so they
// run up to a millisecond late.
class Core {
 public:
  Status init();
  void post(Task task);
  TimerId post_after(Duration delay, Task task);
  bool cancel(TimerId timer) { return queue_.cancel(timer); }
  void stop();
  void at_exit(Task task) { at_exit_.push_back(std::move(task)); }
  void at_round_end(Task task) { at_round_end_.push_back(std::move(task)); }

  // The thread's life.
  void run();
  // Instead of it, when there is no thread.
  void discard();

  bool is_current() const { return current_thread_ == this; }
  std::size_t waiting() const { return queue_.waiting(); }
  Duration lateness() const { return lateness_.greatest(steady_now()); }
  uv_loop_t* uv() { return &loop_; }

 private:
  void wake();
  void round();
  void end_round();
  void set_timer(Time due);
  void finish();
  void close_handles();
  void end();

  static Core& of(const uv_handle_t* handle) { return *static_cast<Core*>(handle->data); }
  std::array<uv_handle_t*, 5> handles() {
    return {reinterpret_cast<uv_handle_t*>(&wake_), reinterpret_cast<uv_handle_t*>(&prepare_),
            reinterpret_cast<uv_handle_t*>(&idle_), reinterpret_cast<uv_handle_t*>(&timer_),
            reinterpret_cast<uv_handle_t*>(&probe_)};
  }

  static thread_local const Core* current_thread_;

  TaskQueue queue_;
  std::atomic<int> adding_ = 0;  // foreign threads that may be about to wake us
  std::vector<Task> at_exit_;
  std::vector<Task> at_round_end_;
  Lateness lateness_;
  Time timer_due_ = Time::max();
  uv_loop_t loop_{};
  uv_async_t wake_{};
  uv_prepare_t prepare_{};
  uv_idle_t idle_{};  // active while there is no time to sleep
  uv_timer_t timer_{};
  uv_timer_t probe_{};
};

thread_local const Core* Core::current_thread_ = nullptr;

Status Core::init() {
  int error = uv_loop_init(&loop_);
  if (error == 0) {
    error = uv_async_init(&loop_, &wake_, [](uv_async_t*) {});
    if (error != 0) uv_loop_close(&loop_);
  }
  if (error != 0) {
    return resource_exhausted(std::string("the system gives no event loop: ") + uv_strerror(error));
  }
  uv_prepare_init(&loop_, &prepare_);
  uv_idle_init(&loop_, &idle_);
  uv_timer_init(&loop_, &timer_);
  uv_timer_init(&loop_, &probe_);
  for (uv_handle_t* each : handles()) each->data = this;
  lateness_.start(steady_now());
  uv_prepare_start(&prepare_, [](uv_prepare_t* prepare) {
    of(reinterpret_cast<uv_handle_t*>(prepare)).round();
  });
  return Status::success();
}

// A foreign thread is counted until it has woken us: the loop doesn't end meanwhile.
void Core::post(Task task) {
  if (is_current()) {
    if (queue_.post(std::move(task))) wake();
    return;
  }
  adding_.fetch_add(1);
  if (queue_.post(std::move(task))) wake();
  adding_.fetch_sub(1);
}

TimerId Core::post_after(Duration delay, Task task) {
  adding_.fetch_add(1);
  const TaskQueue::Timer timer = queue_.post_after(delay, std::move(task));
  if (timer.wake) wake();
  adding_.fetch_sub(1);
  return timer.id;
}

void Core::stop() {
  adding_.fetch_add(1);
  if (queue_.stop()) wake();
  adding_.fetch_sub(1);
}

// On the thread itself, in a callback of libuv, it is enough not to sleep afterwards.
void Core::wake() {
  if (is_current()) {
    uv_idle_start(&idle_, [](uv_idle_t*) {});
  } else {
    uv_async_send(&wake_);
  }
}

void Core::round() {
  const bool goes_on = queue_.run();
  end_round();
  if (!goes_on) return finish();
  const Time due = queue_.rest();
  if (due == Time()) {
    uv_idle_start(&idle_, [](uv_idle_t*) {});
  } else {
    uv_idle_stop(&idle_);
    set_timer(due);
  }
}

void Core::end_round() {
  for (std::size_t i = 0; i < at_round_end_.size(); ++i) {
    Task task = std::move(at_round_end_[i]);
    task();
  }
  at_round_end_.clear();
}

// libuv counts whole milliseconds on the same clock, in a copy of it that ages during a round.
void Core::set_timer(Time due) {
  if (due == timer_due_) return;
  timer_due_ = due;
  if (due == Time::max()) {
    uv_timer_stop(&timer_);
    return;
  }
  using std::chrono::milliseconds;
  const auto due_ms =
      static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(due.time_since_epoch()).count());
  const std::uint64_t now_ms = uv_now(&loop_);
  uv_timer_start(
      &timer_,
      [](uv_timer_t* timer) { of(reinterpret_cast<uv_handle_t*>(timer)).timer_due_ = Time::max(); },
      due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

void Core::run() {
  current_thread_ = this;
  lateness_.start(steady_now());
  uv_timer_start(
      &probe_,
      [](uv_timer_t* timer) {
        of(reinterpret_cast<uv_handle_t*>(timer)).lateness_.probe(steady_now());
      },
      kProbeMs, kProbeMs);
  end();
  current_thread_ = nullptr;
}

void Core::finish() {
  queue_.drop_timers();
  while (!at_exit_.empty()) {
    Task task = std::move(at_exit_.back());
    at_exit_.pop_back();
    task();
  }
  end_round();  // what they still sent
  while (adding_.load() != 0) std::this_thread::yield();
  close_handles();
}

void Core::close_handles() {
  for (uv_handle_t* each : handles()) uv_close(each, nullptr);
}

void Core::discard() {
  close_handles();
  end();
}

void Core::end() {
  uv_run(&loop_, UV_RUN_DEFAULT);
  [[maybe_unused]] const int busy = uv_loop_close(&loop_);
  assert(busy == 0);  // else somebody has left a handle on it
}

class UvLoop final : public Loop {
 public:
  explicit UvLoop(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~UvLoop() override {
    core_->stop();
    if (core_->is_current()) {
      thread_.detach();
    } else if (thread_.joinable()) {
      thread_.join();
    }
  }
  UvLoop(const UvLoop&) = delete;
  UvLoop& operator=(const UvLoop&) = delete;

  bool start(const std::string& name) {
    thread_ = start_thread([core = core_, name] {
      name_this_thread(name.c_str());
      core->run();
    });
    if (!thread_.joinable()) return false;
    pthread_getcpuclockid(thread_.native_handle(), &cpu_clock_);
    return true;
  }

  Time now() const override { return steady_now(); }
  std::int64_t wall_time_ms() const override { return wall_now_ms(); }
  void post(Task task) override { core_->post(std::move(task)); }
  TimerId post_after(Duration delay, Task task) override {
    return core_->post_after(delay, std::move(task));
  }
  bool cancel(TimerId timer) override { return core_->cancel(timer); }
  bool is_current() const override { return core_->is_current(); }

  Duration lateness() const override { return core_->lateness(); }
  std::size_t waiting() const override { return core_->waiting(); }
  Duration cpu_time() const override {
    timespec used{};
    if (clock_gettime(cpu_clock_, &used) != 0) return {};
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  }
  uv_loop_s* uv() override { return core_->uv(); }
  void at_exit(Task task) override { core_->at_exit(std::move(task)); }
  void at_round_end(Task task) override { core_->at_round_end(std::move(task)); }

 private:
  const std::shared_ptr<Core> core_;
  std::thread thread_;
  clockid_t cpu_clock_{};
};

}  // namespace

Result<std::shared_ptr<Loop>> Loop::create(const std::string& name) {
  auto core = std::make_shared<Core>();
  if (Status status = core->init(); !status.ok()) return status;
  auto loop = std::make_shared<UvLoop>(core);
  if (!loop->start(name.substr(0, 15))) {
    core->discard();
    return resource_exhausted("the system gives no thread for an event loop");
  }
  return std::shared_ptr<Loop>(std::move(loop));
}

}  // namespace voiceagent::net
