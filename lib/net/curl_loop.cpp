#include "net/curl_loop.h"

namespace voiceagent::net {

// Freed once libuv has closed it.
struct CurlLoop::Poll {
  uv_poll_t handle{};
  CurlLoop* owner = nullptr;
  curl_socket_t socket = CURL_SOCKET_BAD;
};

namespace {

// Idle connections that are kept, over all hosts.
constexpr long kMaxIdle = 64;

}  // namespace

// Once a process; never undone, because other users of libcurl in it may be left.
bool CurlLoop::prepare() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return done;
}

std::shared_ptr<CurlLoop> CurlLoop::create(std::shared_ptr<Loop> loop) {
  if (!prepare()) return nullptr;
  const std::shared_ptr<CurlLoop> made(new CurlLoop(std::move(loop)));
  return made->multi_ != nullptr ? made : nullptr;
}

CurlLoop::CurlLoop(std::shared_ptr<Loop> loop)
    : loop_(std::move(loop)), multi_(curl_multi_init()), timer_(new uv_timer_t) {
  uv_timer_init(loop_->uv(), timer_);
  timer_->data = this;
  if (multi_ == nullptr) return;
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxIdle);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(
      multi_, CURLMOPT_SOCKETFUNCTION,
      +[](CURL*, curl_socket_t socket, int what, void* self, void* poll) {
        return static_cast<CurlLoop*>(self)->watch(socket, what, static_cast<Poll*>(poll));
      });
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(
      multi_, CURLMOPT_TIMERFUNCTION, +[](CURLM*, long ms, void* self) {
        uv_timer_t* timer = static_cast<CurlLoop*>(self)->timer_;
        if (ms < 0) return uv_timer_stop(timer);
        const auto expired = [](uv_timer_t* handle) {
          static_cast<CurlLoop*>(handle->data)->act(CURL_SOCKET_TIMEOUT, 0);
        };
        return uv_timer_start(timer, expired, static_cast<std::uint64_t>(ms), 0);
      });
}

CurlLoop::~CurlLoop() {
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
  uv_close(reinterpret_cast<uv_handle_t*>(timer_),
           [](uv_handle_t* timer) { delete reinterpret_cast<uv_timer_t*>(timer); });
}

void CurlLoop::add(CURL* easy) {
  changes_.push_back({easy, true, nullptr});
  settle();
}

void CurlLoop::remove(CURL* easy, std::shared_ptr<void> keep) {
  changes_.push_back({easy, false, std::move(keep)});
  settle();
}

// What a change drops may ask for further ones.
void CurlLoop::settle() {
  while (!inside_ && !changes_.empty()) {
    const std::vector<Change> changes = std::exchange(changes_, {});
    inside_ = true;
    for (const Change& change : changes) apply(change);
    inside_ = false;
  }
}

void CurlLoop::apply(const Change& change) {
  if (!change.add) {
    curl_multi_remove_handle(multi_, change.easy);
  } else if (curl_multi_add_handle(multi_, change.easy) != CURLM_OK) {
    end(change.easy, CURLE_OUT_OF_MEMORY);
  }
}

void CurlLoop::end(CURL* easy, CURLcode result) {
  CurlUser* user = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &user);
  user->ended(result);
}

void CurlLoop::act(curl_socket_t socket, int events) {
  const std::shared_ptr<CurlLoop> self = shared_from_this();
  int running = 0;
  inside_ = true;
  curl_multi_socket_action(multi_, socket, events, &running);
  inside_ = false;
  settle();
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
  }
}

int CurlLoop::watch(curl_socket_t socket, int what, Poll* poll) {
  if (what == CURL_POLL_REMOVE) {
    if (poll == nullptr) return 0;
    uv_poll_stop(&poll->handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll->handle),
             [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
    curl_multi_assign(multi_, socket, nullptr);
    return 0;
  }
  if (poll == nullptr) {
    poll = new Poll;
    poll->owner = this;
    poll->socket = socket;
    poll->handle.data = poll;
    if (uv_poll_init_socket(loop_->uv(), &poll->handle, socket) != 0) {
      delete poll;
      return -1;
    }
    curl_multi_assign(multi_, socket, poll);
  }
  const int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                     ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
  return uv_poll_start(&poll->handle, events, &CurlLoop::on_poll);
}

void CurlLoop::on_poll(uv_poll_t* handle, int error, int events) {
  const auto* poll = static_cast<Poll*>(handle->data);
  const int what = error < 0 ? CURL_CSELECT_ERR
                             : ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
                                   ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
  poll->owner->act(poll->socket, what);
}

}  // namespace voiceagent::net
