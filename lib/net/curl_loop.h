// libcurl's transfers on a libuv loop.
#pragma once

#include <curl/curl.h>
#include <uv.h>

#include <memory>
#include <utility>
#include <vector>

#include "net/loop.h"

namespace voiceagent::net {

// What drives one easy handle.
class CurlUser {
 public:
  // Its transfer has ended by itself; it still has to be removed. Not called inside libcurl.
  virtual void ended(CURLcode result) = 0;

 protected:
  ~CurlUser() = default;
};

// One multi handle: its connections are shared by all transfers and kept afterwards. Everything on
// the loop.
class CurlLoop : public std::enable_shared_from_this<CurlLoop> {
 public:
  static bool prepare();  // see HttpClient
  // Null when there is no memory.
  static std::shared_ptr<CurlLoop> create(std::shared_ptr<Loop> loop);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Begins a transfer, as soon as libcurl isn't calling us. CURLOPT_PRIVATE must be the CurlUser,
  // which lives until remove().
  void add(CURL* easy);
  // Takes the handle out, as soon as libcurl isn't calling us. `keep` owns the handle and what it
  // points to; it is dropped afterwards.
  void remove(CURL* easy, std::shared_ptr<void> keep);

  const std::shared_ptr<Loop>& loop() const { return loop_; }

 private:
  struct Poll;
  struct Change {
    CURL* easy;
    bool add;
    std::shared_ptr<void> keep;
  };

  explicit CurlLoop(std::shared_ptr<Loop> loop);
  void act(curl_socket_t socket, int events);
  void apply(const Change& change);
  static void end(CURL* easy, CURLcode result);
  void settle();
  int watch(curl_socket_t socket, int what, Poll* poll);

  static void on_poll(uv_poll_t* handle, int error, int events);

  std::shared_ptr<Loop> loop_;
  CURLM* multi_;
  uv_timer_t* timer_;  // freed once it is closed
  bool inside_ = false;
  std::vector<Change> changes_;  // asked for inside
};

}  // namespace voiceagent::net
