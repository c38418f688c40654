// One connection of the server, while it speaks HTTP.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/admission.h"
#include "net/byte_queue.h"
#include "net/http_answer.h"
#include "net/http_head.h"
#include "net/http_server.h"
#include "net/ip_address.h"
#include "net/server_loop.h"
#include "net/stream.h"

namespace voiceagent::net {

class Exchange;

class HttpConnection final : public Connection,
                             public Stream::Owner,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(ServerLoop& server, std::unique_ptr<Stream> stream, Place place);
  void start();

  void stream_ready() override;
  void tick(Time now) override;
  void drain() override;
  void cut() override { lost(); }
  void abort() override { lost(); }

  // For the exchange that is being served, which says its number.
  bool serves(std::uint64_t exchange) const { return exchange == exchange_number_; }
  void answer(HttpResponse response);
  void begin(const HttpResponse& head);
  bool write(std::string_view piece);
  void end();
  std::size_t queued_bytes() const { return out_.size(); }
  // The exchange was given up unanswered.
  void abandoned(const HttpRequest& request);

 private:
  enum class State {
    kHead,       // waits for a head, or for the rest of it
    kBody,       // waits for the rest of a body
    kServing,    // the application has the request
    kStreaming,  // it has begun to answer
    kFlushing,   // the answer is complete and being written
    kLingering,  // the answer has been written; what still comes is read and forgotten
    kClosed,
  };

  // Input. What returns bool says whether to go on with what has been read.
  void receive();
  void take(std::string_view bytes);
  bool wants_input() const;
  bool idle() const;
  void input_ended();
  void process();
  bool read_head();
  void check_incomplete_head();
  bool begin_request(const HttpHead& head);
  bool read_body();
  void serve();
  bool upgrade(bool has_body);
  void identify();
  IpAddress client() const;
  void expired();
  void refuse(int status, std::string_view detail);
  void refuse_head(int status, std::string_view detail);
  void refuse(int status, std::string_view detail, const HttpRequest& request);

  // Output.
  void put(std::string_view bytes);
  void flush();
  void count_written(std::ptrdiff_t taken);
  void complete();
  void broken();
  AnswerFrame frame() const;

  void set_deadline(Duration from_now);
  void watch();
  void resume_later();
  void lost();

  ServerLoop& server_;
  std::unique_ptr<Stream> stream_;
  Place place_;
  State state_ = State::kHead;
  Time deadline_ = Time::max();
  Time written_at_;  // when the socket last took something

  std::string in_;
  std::size_t scanned_ = 0;  // of in_, for the end of a head
  bool empty_line_ = false;  // one came before the request
  bool ended_ = false;       // the client won't send anything more
  bool processing_ = false;
  bool resuming_ = false;
  bool broken_ = false;
  bool linger_ = false;  // there may be something that the client sent and nobody has read

  HttpRequest request_;  // being read
  std::uint64_t body_left_ = 0;
  ByteShare share_;  // of the budget: what the body holds
  Time request_began_;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_only_ = false;  // no body is to be sent
  bool chunked_ = false;

  std::uint64_t exchanges_made_ = 0;
  std::uint64_t exchange_number_ = 0;  // 0: none is being served
  std::weak_ptr<Exchange> exchange_;
  ByteQueue out_;
};

}  // namespace voiceagent::net
