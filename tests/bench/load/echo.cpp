// What the server is measured against: a bare WebSocket server of libwebsockets on libuv that sends
// every message back. Prints its port and serves until it is killed.
#include <libwebsockets.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace {

constexpr std::size_t kMaxMessage = 4096;

// What has come of a message, with the room in front that lws_write() wants.
struct Message {
  std::array<unsigned char, LWS_PRE + kMaxMessage> bytes;
  std::size_t size;
};

// Writes at once instead of asking for a callback first: that is the cheapest way that
// libwebsockets has (a callback for each message costs four calls of epoll_ctl).
int on_event(lws* connection, lws_callback_reasons reason, void* session, void* piece,
             std::size_t size) {
  if (reason != LWS_CALLBACK_RECEIVE) return 0;
  auto& message = *static_cast<Message*>(session);
  if (message.size + size > kMaxMessage) return -1;
  std::copy_n(static_cast<const unsigned char*>(piece), size,
              message.bytes.begin() + LWS_PRE + message.size);
  message.size += size;
  if (lws_is_final_fragment(connection) == 0 || lws_remaining_packet_payload(connection) != 0) {
    return 0;
  }
  const std::size_t whole = message.size;
  message.size = 0;
  if (lws_partial_buffered(connection) != 0) return -1;
  const int sent = lws_write(connection, message.bytes.data() + LWS_PRE, whole, LWS_WRITE_BINARY);
  return sent < static_cast<int>(whole) ? -1 : 0;
}

}  // namespace

int main() {
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::array<lws_protocols, 2> protocols{};
  protocols[0].name = "echo";
  protocols[0].callback = on_event;
  protocols[0].per_session_data_size = sizeof(Message);
  protocols[0].rx_buffer_size = kMaxMessage;
  std::array<void*, 1> loops{&loop};
  lws_context_creation_info info{};
  info.port = 0;
  info.iface = "127.0.0.1";
  info.protocols = protocols.data();
  info.options = LWS_SERVER_OPTION_LIBUV;
  info.foreign_loops = loops.data();
  info.fd_limit_per_thread = 20'000;
  lws_set_log_level(LLL_ERR, nullptr);
  lws_context* const context = lws_create_context(&info);
  if (context == nullptr) return 1;
  std::printf("%d\n", lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default")));
  std::fflush(stdout);
  uv_run(&loop, UV_RUN_DEFAULT);
  return 0;
}
