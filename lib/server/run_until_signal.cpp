// Signals for programs: a handler may do next to nothing, so a thread does it.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/thread_util.h"
#include "voiceagent/server.h"

namespace voiceagent {
namespace {

// Where the handler writes; one server at a time.
volatile std::sig_atomic_t signal_pipe = -1;

extern "C" void note_signal(int number) {
  const int saved = errno;
  const char byte = static_cast<char>(number);
  // A full pipe has signals enough to act on.
  [[maybe_unused]] const auto written = ::write(signal_pipe, &byte, 1);
  errno = saved;
}

class SignalPipe {
 public:
  ~SignalPipe() {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  Status open() {
    if (::pipe(ends_.data()) != 0) return resource_exhausted("the system gives no pipe");
    for (const int end : ends_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    return {};
  }
  int writer() const { return ends_[1]; }
  void write(char byte) const { [[maybe_unused]] const auto done = ::write(ends_[1], &byte, 1); }
  // Blocks.
  char read() const {
    char byte = 0;
    while (::read(ends_[0], &byte, 1) < 0 && errno == EINTR) {
    }
    return byte;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class HandlersInPlace {
 public:
  explicit HandlersInPlace(int pipe) {
    signal_pipe = pipe;
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &action, &before_[i]);
  }
  ~HandlersInPlace() {
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  HandlersInPlace(const HandlersInPlace&) = delete;
  HandlersInPlace& operator=(const HandlersInPlace&) = delete;

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

constexpr char kDone = 0;  // no signal has this number

void act_on_signals(const SignalPipe& pipe, Server& server) {
  bool draining = false;
  for (char number = pipe.read(); number != kDone; number = pipe.read()) {
    if (number == SIGHUP) {
      static_cast<void>(server.reload_tls());  // the server's log says what came of it
    } else if (std::exchange(draining, true)) {
      server.drain(Duration(0));
    } else {
      server.drain();
    }
  }
}

// Each connection needs a descriptor, and systems give few unless asked. Where they give no more
// (macOS has a limit of its own) it stays as it is.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace

Status run_until_signal(Server& server, const std::function<void()>& begun) {
  raise_descriptor_limit();
  SignalPipe pipe;
  if (Status status = pipe.open(); !status.ok()) return status;
  std::thread watcher = start_thread([&] { act_on_signals(pipe, server); });
  if (!watcher.joinable()) return resource_exhausted("the system gives no thread");
  const HandlersInPlace handlers(pipe.writer());
  if (begun) begun();
  const Status status = server.wait();
  if (server.loading()) {
    // Ending the server would wait for its provider, perhaps for ever.
    std::fputs("stopped while the agent was being loaded: not waiting for that\n", stderr);
    std::_Exit(EXIT_SUCCESS);
  }
  pipe.write(kDone);
  watcher.join();
  return status;
}

}  // namespace voiceagent
