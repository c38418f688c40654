// A server on a loopback port whose every byte the test decides.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace voiceagent::test {

// One accepted connection, blocking. After the server's end its calls fail.
class RawConnection {
 public:
  RawConnection(int socket, int number) : socket_(socket), number_(number) {}

  // Counts from 0.
  int number() const { return number_; }
  // A request's head and the body that its content-length announces; empty at the connection's end.
  std::string read_request();
  // False once the other end has gone.
  bool write(std::string_view bytes);
  // What comes next, at most `size` bytes; empty at the end.
  std::string read(std::size_t size);
  // Waits until the other end closes.
  void wait_for_end();
  // Closes so that the other end sees a reset.
  void reset();

 private:
  int socket_;
  int number_;
  std::string left_;  // read, not yet asked for
};

// Runs `serve` for each connection in a thread of its own; the connection is closed when it
// returns.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawConnection&)> serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  // "http://127.0.0.1:PORT" and `path`.
  std::string url(std::string_view path = "/") const;
  int connections() const { return accepted_; }
  // Waits until the server has closed so many connections.
  void wait_until_closed(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ >= count; });
  }

 private:
  void accept_all();

  std::function<void(RawConnection&)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int closed_ = 0;
  bool ending_ = false;
  std::vector<int> sockets_;  // open ones
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// A port on which nobody listens.
int closed_port();

}  // namespace voiceagent::test
