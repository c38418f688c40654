// The connection's side of the streaming protocol: it waits for `start`, finds or opens the
// session, and hands over what comes, to another loop if need be.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/utf8.h"
#include "net/loop.h"
#include "protocols/stream/client_message.h"
#include "transports/websocket/foreign_socket.h"
#include "transports/websocket/handlers.h"
#include "transports/websocket/stream_messages.h"
#include "transports/websocket/stream_session.h"

namespace voiceagent::transports {
namespace {

using protocols::stream::ClientMessage;
using protocols::stream::Start;

constexpr std::size_t kMaxMail = 256 * 1024;

std::shared_ptr<StreamSession> lock(const std::weak_ptr<LiveSession>& session) {
  return std::dynamic_pointer_cast<StreamSession>(session.lock());
}

// A close frame has room for so much.
std::string_view close_reason(const Status& status) { return truncate_utf8(status.message(), 120); }

class StreamHandler final : public net::WebSocketHandler {
 public:
  StreamHandler(std::shared_ptr<TransportHost> host, Selection selection)
      : host_(std::move(host)), selection_(std::move(selection)) {}

  void opened(std::shared_ptr<net::WebSocket> socket) override {
    socket_ = std::move(socket);
    start_timer_ = loop().post_after(host_->options().start_timeout, [this] {
      start_timer_ = 0;
      refuse({ErrorCode::kTimeout, "no `start` came in time"}, net::kClosePolicy);
    });
  }

  void text(std::span<char> message) override {
    const std::string_view text(message.data(), message.size());
    if (session_ != nullptr) return session_->text(*socket_, text);
    if (in_ != nullptr) return mail({Mail::Kind::kText, 0, std::string(text)});
    if (!refused_) first(text);
  }

  void binary(std::span<const std::byte> message) override {
    if (session_ != nullptr) return session_->binary(*socket_, message);
    if (in_ != nullptr) {
      const std::string_view bytes(reinterpret_cast<const char*>(message.data()), message.size());
      return mail({Mail::Kind::kAudio, 0, std::string(bytes)});
    }
    if (!refused_) refuse(invalid_argument("audio came before `start`"), net::kClosePolicy);
  }

  // A session ends by itself, or when the server's patience does.
  void draining() override {
    if (start_timer_ == 0) return;
    stop_timer();
    refused_ = true;
    socket_->close(net::kCloseGoingAway, "the server is shutting down");
  }

  void closed(int, std::string_view) override {
    stop_timer();
    if (session_ != nullptr) session_->lost(*socket_);
    if (in_ != nullptr) in_->post({Mail::Kind::kClose, 0, {}});
    if (wire_ != nullptr) wire_->socket.reset();
    session_.reset();
    socket_.reset();
  }

 private:
  Executor& loop() { return *socket_->loop(); }

  void stop_timer() {
    if (start_timer_ != 0) loop().cancel(std::exchange(start_timer_, 0));
  }

  void refuse(const Status& status, int code, std::optional<Duration> retry_after = {}) {
    stop_timer();
    refused_ = true;
    socket_->send_text(messages().error(status, retry_after));
    socket_->close(code, close_reason(status));
  }

  void first(std::string_view text) {
    const Result<ClientMessage> message = protocols::stream::parse_client_message(text);
    if (!message.ok()) {
      host_->count(TransportCount::kBadMessages);
      return refuse(message.status(), net::kClosePolicy);
    }
    const Start* const start = std::get_if<Start>(&*message);
    if (start == nullptr) {
      return refuse(invalid_argument("the first message must be `start`"), net::kClosePolicy);
    }
    Result<Principal> principal = host_->authenticate(socket_->request(), start->token);
    if (!principal.ok()) return refuse(principal.status(), kCloseUnauthorised);
    principal->client = start->client;
    stop_timer();
    if (start->session_id.empty()) return open(*start, std::move(*principal));
    resume(*start, *principal);
  }

  void open(const Start& start, Principal principal) {
    const Admission admission = host_->admit(principal);
    if (admission.slot == nullptr) {
      return refuse(admission.refusal, net::kCloseTryAgain, admission.retry_after);
    }
    auto session = StreamSession::open(host_, {std::move(principal), admission.slot}, start,
                                       selection_, socket_);
    if (!session.ok()) return refuse_session(session.status());
    session_ = std::move(*session);
  }

  // What passes is worth another try.
  void refuse_session(const Status& status) {
    const bool busy =
        status.code() == ErrorCode::kResourceExhausted || status.code() == ErrorCode::kUnavailable;
    if (!busy) return refuse(status, net::kClosePolicy);
    refuse(status, net::kCloseTryAgain, host_->options().retry_after);
  }

  void resume(const Start& start, const Principal& principal) {
    const auto entry = host_->sessions().find(start.session_id, principal);
    if (!entry) {
      return refuse(not_found("there is no session " + start.session_id), kCloseNoSession);
    }
    if (entry->executor.get() != socket_->loop().get()) return resume_foreign(start, *entry);
    const auto session = lock(entry->session);
    if (session == nullptr) {
      return refuse(not_found("there is no session " + start.session_id), kCloseNoSession);
    }
    if (Status status = session->attach(socket_, start, selection_); !status.ok()) {
      return refuse(status, refusal_code(status));
    }
    session_ = session;
  }

  static int refusal_code(const Status& status) {
    return status.code() == ErrorCode::kNotFound ? kCloseNoSession : net::kClosePolicy;
  }

  // The session lives on another loop: both sides send their messages by mail.
  void resume_foreign(const Start& start, const DirectoryEntry& entry) {
    host_->count(TransportCount::kForeignSessions);
    wire_ = std::make_shared<Wire>();
    wire_->socket = socket_;
    const auto far = std::make_shared<ForeignSocket>(wire_);
    in_ = Mailbox::create(entry.executor, kMaxMail, [session = entry.session, far](Mail& mail) {
      const auto live = lock(session);
      if (live == nullptr) return;
      const auto bytes = std::as_bytes(std::span(mail.bytes));
      if (mail.kind == Mail::Kind::kText) live->text(*far, mail.bytes);
      if (mail.kind == Mail::Kind::kAudio) live->binary(*far, bytes);
      if (mail.kind == Mail::Kind::kClose) live->lost(*far);
    });
    entry.executor->post([session = entry.session, far, start, selection = selection_] {
      const auto live = lock(session);
      const Status status = live != nullptr ? live->attach(far, start, selection)
                                            : not_found("there is no session " + start.session_id);
      if (status.ok()) return;
      far->send_text(messages().error(status), net::Delivery::kMust);
      far->close(refusal_code(status), close_reason(status));
    });
  }

  void mail(Mail mail) {
    if (!in_->post(std::move(mail))) {
      socket_->close(net::kCloseTryAgain, "the session's loop is too busy");
    }
    const std::uint64_t dropped = in_->dropped();
    if (dropped == input_dropped_) return;
    host_->count(TransportCount::kDroppedInput, dropped - input_dropped_);
    input_dropped_ = dropped;
  }

  const std::shared_ptr<TransportHost> host_;
  const Selection selection_;
  std::shared_ptr<net::WebSocket> socket_;
  TimerId start_timer_ = 0;
  bool refused_ = false;
  std::shared_ptr<StreamSession> session_;  // on this loop, or
  std::shared_ptr<Wire> wire_;              // on another one
  std::shared_ptr<Mailbox> in_;
  std::uint64_t input_dropped_ = 0;
};

}  // namespace

std::unique_ptr<net::WebSocketHandler> make_stream_handler(std::shared_ptr<TransportHost> host,
                                                           Selection selection) {
  return std::make_unique<StreamHandler>(std::move(host), std::move(selection));
}

}  // namespace voiceagent::transports
