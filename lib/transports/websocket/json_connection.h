// A connection of the JSON protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strand.h"
#include "net/byte_budget.h"
#include "net/web_socket.h"
#include "protocols/json/client_message.h"
#include "protocols/json/server_message.h"
#include "transports/dialogue/dialogues.h"
#include "transports/dialogue/synthesis.h"
#include "transports/selection.h"
#include "transports/transport_host.h"

namespace voiceagent::transports {

// On the connection's loop. What is on its way when the connection closes is given up.
class JsonConnection final : public std::enable_shared_from_this<JsonConnection> {
 public:
  JsonConnection(std::shared_ptr<TransportHost> host, std::shared_ptr<net::WebSocket> socket)
      : host_(std::move(host)), socket_(std::move(socket)) {}

  // Greets; false: whoever it is may not talk, and the connection is closing.
  bool begin(const Selection& selection);
  void text(std::string_view message);
  void binary();
  // Closes if the server is shutting down and nothing is to be answered any more.
  void close_when_drained();
  void closed();

 private:
  // A request and what is to be sent about it, once those of its session before it are done.
  struct Pending {
    explicit Pending(net::ByteShare held) : share(std::move(held)) {}
    net::ByteShare share;  // for its audio, until it is answered
    std::optional<AskedDialogue> asked;
    bool audio = false;
    std::deque<std::string> messages;
    bool done = false;
    DialogueAnswer answer;
    std::string voice;  // the WAV file so far
    int voice_rate = 0;
    std::unique_ptr<Synthesis> synthesis;
  };
  using PendingPtr = std::shared_ptr<Pending>;
  struct Message {
    Result<protocols::json::ClientMessage> parsed;
    net::ByteShare share;
  };

  net::ByteShare share() const;
  static Message read(std::string_view text, net::ByteShare share);
  void parse_elsewhere(std::string_view message);
  void handle(Message message);
  void obey(protocols::json::Ask&& ask, net::ByteShare share);
  void obey(const protocols::json::Ping& ping);
  void obey(const protocols::json::ContextRequest& request);
  void obey(const protocols::json::ModeRequest& request);
  void obey(const protocols::json::Interrupt& interrupt);

  void answered(const PendingPtr& pending, DialogueAnswer answer);
  bool wants_voice(const Pending& pending) const;
  Status speak(const PendingPtr& pending);
  void spoken(const PendingPtr& pending, const Status& status);
  void respond(const PendingPtr& pending, std::string_view voice_url);
  void send_what_is_due(const std::string& session_id);
  void complain(const Status& status);
  std::optional<Duration> retry_after(const Status& status) const;
  bool is_unused(const std::string& session_id, const Status& status) const;
  std::string session_or_own(std::string id) const { return id.empty() ? own_session_ : id; }
  std::int64_t now() const;

  const std::shared_ptr<TransportHost> host_;
  std::shared_ptr<net::WebSocket> socket_;  // null once closed
  Principal principal_;
  std::string own_session_;
  Mode mode_ = Mode::kVoiceToVoice;
  std::unique_ptr<Strand> parser_;  // of long messages, and what comes behind them
  std::size_t parsing_ = 0;         // messages there
  std::size_t parsing_bytes_ = 0;
  std::size_t requests_ = 0;                            // not answered yet
  std::map<std::string, std::deque<PendingPtr>> open_;  // by session, oldest first
};

}  // namespace voiceagent::transports
