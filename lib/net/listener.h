// The socket on which a server is reached. It accepts on one loop and gives what comes to the
// server's loops in turn, the one with the fewest connections first.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/descriptor.h"
#include "net/server_loop.h"
#include "voiceagent/status.h"
#include "voiceagent/time.h"

namespace voiceagent::net {

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  // Binds and listens, but accepts nothing yet. Blocks while the name is resolved.
  static Result<std::shared_ptr<Listener>> bind(const std::string& host, int port,
                                                std::shared_ptr<ServerShared> shared);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return port_; }
  const std::string& address() const { return address_; }

  // On the first of the loops.
  void start(std::vector<std::shared_ptr<ServerLoop>> loops);
  void stop();

 private:
  struct Poll;

  Listener(Descriptor descriptor, std::shared_ptr<ServerShared> shared);
  Status find_name();
  void watch();
  void accept_some();
  bool accept_one();
  void pause(int error);
  void complain(int error);
  ServerLoop& quietest() const;

  Descriptor descriptor_;
  int port_ = 0;
  std::string address_;
  Time next_complaint_{};  // of a lack of descriptors
  const std::shared_ptr<ServerShared> shared_;
  std::vector<std::shared_ptr<ServerLoop>> loops_;
  Poll* poll_ = nullptr;  // outlives this until libuv has let go of it
};

}  // namespace voiceagent::net
