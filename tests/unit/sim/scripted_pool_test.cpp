// The pool behind a scripted provider: streams find a place in it, wait for one, or fail.
#include <list>
#include <memory>
#include <vector>

#include "sim/scripted_pool.h"
#include "support/catch.h"
#include "support/llm_probe.h"
#include "voiceagent/executor.h"
#include "voiceagent/sim.h"

namespace voiceagent::sim {
namespace {

using namespace std::chrono_literals;
using test::LlmProbe;

// A model whose replies of three words take 300 ms, behind a pool.
class Stand {
 public:
  explicit Stand(PoolScript pool) {
    pool.board = board;
    LlmDelivery delivery;
    delivery.pool = pool;
    model = scripted_llm(fixed_reply("one two three", 100ms, 100ms), delivery);
  }

  struct Request {
    LlmProbe probe;
    std::unique_ptr<LlmStream> stream;  // null: it was refused
    Status refused;

    std::string log() const { return probe.record().log; }
  };
  Request& ask() {
    Request& asked = requests.emplace_back();
    LlmRequest request;
    request.context = {time.get(), nullptr, nullptr};
    auto stream = model->start(request, asked.probe);
    if (stream.ok()) asked.stream = std::move(*stream);
    asked.refused = stream.status();
    return asked;
  }
  PoolStatus pool() const { return board->all().at(0); }

  const std::shared_ptr<VirtualExecutor> time = VirtualExecutor::create();
  const std::shared_ptr<PoolBoard> board = std::make_shared<PoolBoard>();
  std::shared_ptr<LlmProvider> model;
  std::list<Request> requests;
};

PoolScript places(std::size_t maximum, Duration patience = {}) {
  PoolScript pool;
  pool.maximum = maximum;
  pool.patience = patience;
  return pool;
}

TEST_CASE("a stream without patience can't begin while all places are taken") {
  Stand stand(places(2));
  stand.ask();
  const auto& second = stand.ask();
  CHECK(stand.ask().refused.code() == ErrorCode::kResourceExhausted);
  stand.time->run_for(1s);
  CHECK(second.log() == "tttdc");
  CHECK(stand.ask().refused.ok());
  CHECK(stand.pool().created == 2);
}

TEST_CASE("a patient stream begins once another has ended") {
  Stand stand(places(1, 1s));
  const auto& first = stand.ask();
  const auto& second = stand.ask();
  CHECK(left_over(*stand.board) == "1 of 1 places are in use, and 1 requests wait");
  stand.time->run_for(350ms);
  CHECK(first.log() == "tttdc");
  CHECK(second.log().empty());
  stand.time->run_for(300ms);
  CHECK(second.log() == "tttdc");
  CHECK(left_over(*stand.board).empty());
}

TEST_CASE("a stream that has waited for too long fails") {
  Stand stand(places(1, 200ms));
  stand.ask();
  const auto& second = stand.ask();
  stand.time->run_for(210ms);
  CHECK(second.log() == "ec");
  CHECK(second.probe.record().error.code() == ErrorCode::kResourceExhausted);
  CHECK(stand.pool().waiting == 0);
}

TEST_CASE("who is cancelled gives its place to who waits, and waits no longer") {
  Stand stand(places(1, 1s));
  const auto& first = stand.ask();
  const auto& second = stand.ask();
  const auto& third = stand.ask();
  stand.time->run_for(150ms);
  second.stream->cancel();
  first.stream->cancel();
  stand.time->run_for(1ms);
  CHECK(second.log() == "c");
  CHECK(first.log() == "tc");
  CHECK(stand.pool().waiting == 0);
  stand.time->run_for(1s);
  CHECK(third.log() == "tttdc");
  CHECK(stand.pool().in_use == 0);
}

TEST_CASE("a stream that goes without a word gives its place back") {
  Stand stand(places(1, 1s));
  stand.ask();
  stand.ask();
  stand.requests.pop_front();
  stand.time->run_for(1s);
  CHECK(stand.requests.front().log() == "tttdc");
}

TEST_CASE("places that others have are free after a time") {
  PoolScript pool = places(2, 1s);
  pool.taken = 2;
  pool.taken_for = 500ms;
  Stand stand(pool);
  const auto& first = stand.ask();
  CHECK(stand.pool().in_use == 2);
  stand.time->run_for(590ms);
  CHECK(first.log().empty());
  stand.time->run_for(300ms);
  CHECK(first.log() == "tttdc");
  CHECK(stand.pool().in_use == 0);
}

}  // namespace
}  // namespace voiceagent::sim
