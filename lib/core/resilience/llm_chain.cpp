#include "core/resilience/llm_chain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/resilience/chain_ports.h"
#include "core/resilience/kept_request.h"
#include "core/resilience/repetition.h"
#include "core/stream/llm_port.h"
#include "core/stream/part_timer.h"
#include "core/stream/word_pace.h"

namespace voiceagent {

struct LlmChain::Shared : ChainShared<LlmProvider> {
  using ChainShared::ChainShared;
};

// One reply. It lives on the executor of its context; everything comes to it through ports.
class LlmChain::Stream final : public LlmStream {
 public:
  Stream(std::shared_ptr<const Shared> shared, const LlmRequest& request, LlmSink& sink);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void begin() { try_link(course_.begin()); }
  void cancel() override;

 private:
  // A request to one of the providers. A second one at a time is the hedge.
  struct Attempt final : LlmListener {
    Attempt(Stream& owner, std::size_t which) : stream(owner), link(which) {}
    void llm_delta(std::string_view text) override { stream.on_delta(*this, text); }
    void llm_intent(const event::IntentRecognised& what) override { intent.emplace(what); }
    void llm_tool_call(const ContextCall& call) override { stream.on_tool_call(*this, call); }
    void llm_done(const Usage& usage, FinishReason reason) override {
      stream.on_done(*this, usage, reason);
    }
    void stream_failed(Status status) override { stream.on_failed(*this, status, false); }
    void stream_closed() override {
      port.reset();
      stream.on_failed(
          *this, unavailable("the model closed its stream before the reply was complete"), false);
    }

    Stream& stream;
    const std::size_t link;
    std::shared_ptr<LlmPort> port;
    std::optional<OwnedEvent<event::IntentRecognised>> intent;
    Repetition repetition;
    WordPace pace;
    Time began{};
  };
  using AttemptPtr = std::unique_ptr<Attempt>;

  void try_link(std::size_t link);
  Status ask(std::size_t link);
  void on_delta(Attempt& attempt, std::string_view text);
  void on_tool_call(Attempt& attempt, const ContextCall& call);
  void on_done(Attempt& attempt, const Usage& usage, FinishReason reason);
  void on_failed(Attempt& attempt, const Status& status, bool deadline);
  void answered(Attempt& attempt);
  void emit(std::string_view text);
  void go_on(std::size_t link, const Status& status, bool deadline);
  void drop(Attempt& attempt);
  void end();
  void close_if_over();

  // time
  void watch();
  void look();
  void hedge();
  Time now() const { return context_.executor->now(); }
  const ResilienceOptions& options() const { return shared_->options; }
  ProviderHealth& health(std::size_t link) const { return *shared_->links[link].health; }
  Time waiting_since() const { return answered_ ? progress_ : leg_began_; }
  Duration limit() const { return answered_ ? options().token_stall : options().first_token; }

  const std::shared_ptr<const Shared> shared_;
  const StreamContext context_;
  LlmSink& sink_;
  KeptRequest request_;
  Course course_;
  PortContext ports_;
  std::vector<AttemptPtr> attempts_;  // the present ones
  std::vector<AttemptPtr> past_;      // those that may still be on the stack
  std::string said_;
  bool answered_ = false;     // the present attempt has given something
  bool tool_called_ = false;  // a request for a tool went through: it must not be made twice
  bool over_ = false;
  bool closed_ = false;
  bool told_delay_ = false;
  bool may_hedge_ = true;
  std::size_t leg_ = 0;               // the link that is being tried,
  Time leg_began_{};                  // since then,
  Time progress_{};                   // and when it last gave something
  std::optional<std::size_t> retry_;  // once the timer fires
  PartTimer timer_;
};

LlmChain::LlmChain(std::vector<ChainLink<LlmProvider>> links, ResilienceOptions options)
    : shared_(std::make_shared<Shared>(std::move(links), std::move(options))) {}

Result<std::unique_ptr<LlmStream>> LlmChain::start(const LlmRequest& request, LlmSink& sink) {
  auto stream = std::make_unique<Stream>(shared_, request, sink);
  stream->begin();
  return std::unique_ptr<LlmStream>(std::move(stream));
}

void LlmChain::warm_up(const WarmUp& means) { warm_up_first(shared_->links, means); }

LlmChain::Stream::Stream(std::shared_ptr<const Shared> shared, const LlmRequest& request,
                         LlmSink& sink)
    : shared_(std::move(shared)),
      context_(request.context),
      sink_(sink),
      request_(request),
      course_(Stage::kLlm, shared_->course, shared_->options, context_, request_.session_id()),
      ports_(chain_ports(context_)),
      timer_(*context_.executor, [this] { look(); }) {
  ports_.count->on_zero = [this] { close_if_over(); };
}

LlmChain::Stream::~Stream() {
  ports_.count->on_zero = nullptr;
  for (const AttemptPtr& attempt : attempts_) {
    if (attempt->port != nullptr) attempt->port->let_go();
  }
}

void LlmChain::Stream::cancel() {
  if (over_) return;
  for (const AttemptPtr& attempt : attempts_) course_.abandoned(attempt->link);
  end();
}

// Nothing more is told, but that it has closed.
void LlmChain::Stream::end() {
  over_ = true;
  timer_.cancel();
  for (const AttemptPtr& attempt : attempts_) {
    if (attempt->port != nullptr) attempt->port->let_go();
  }
  close_if_over();
}

void LlmChain::Stream::close_if_over() {
  if (!over_ || ports_.count->open > 0 || std::exchange(closed_, true)) return;
  // Whoever is on the stack returns first: the stream is gone after this.
  context_.executor->post([sink = &sink_] { sink->closed(); });
}

// Asks a provider, and the next one, until one has taken the request.
void LlmChain::Stream::try_link(std::size_t link) {
  if (link != leg_ || leg_began_ == Time{}) leg_began_ = now();
  leg_ = link;
  answered_ = told_delay_ = false;
  if (const Status status = ask(link); !status.ok()) return go_on(link, status, false);
  if (options().hedging) health(link).hedges.request(options().hedging_percent / 100.0);
  progress_ = now();
  watch();
}

Status LlmChain::Stream::ask(std::size_t link) {
  auto attempt = std::make_unique<Attempt>(*this, link);
  attempt->began = now();
  if (!said_.empty()) attempt->repetition = Repetition(said_);
  auto port = LlmPort::open(named(ports_, "llm", shared_->links[link].name),
                            shared_->links[link].provider, request_.again(said_), *attempt);
  if (!port.ok()) return port.status();
  attempt->port = std::move(*port);
  attempts_.push_back(std::move(attempt));
  return Status::success();
}

void LlmChain::Stream::go_on(std::size_t link, const Status& status, bool deadline) {
  const bool started = !said_.empty();
  const auto step = tool_called_ ? std::nullopt : course_.after(link, {status, started, deadline});
  if (over_) return course_.unused(step);
  if (step && step->wait > Duration(0)) {
    retry_ = step->link;
    return timer_.arm(step->wait);
  }
  if (step) return try_link(step->link);
  if (tool_called_) {
    // What it asked for is complete; what it would have said besides is not worth the risk.
    course_.note_failure(link, status.code());
    sink_.done({}, FinishReason::kToolCalls);
  } else {
    sink_.error({status.code(), status.message()});
  }
  end();
}

// Lets go of an attempt; it may be on the stack.
void LlmChain::Stream::drop(Attempt& attempt) {
  if (attempt.port != nullptr) attempt.port->let_go();
  const auto it = std::ranges::find(attempts_, &attempt, &AttemptPtr::get);
  past_.push_back(std::move(*it));
  attempts_.erase(it);
}

// The first to answer counts.
void LlmChain::Stream::answered(Attempt& attempt) {
  progress_ = now();
  if (std::exchange(answered_, true)) return;
  told_delay_ = false;
  leg_began_ = Time{};  // a retry has its time anew
  health(attempt.link).first_token.add(now() - attempt.began);
  while (attempts_.size() > 1) {
    Attempt& loser = *attempts_[attempts_[0].get() == &attempt ? 1 : 0];
    // So long at least it would have taken.
    health(loser.link).first_token.add(now() - loser.began);
    if (loser.link != attempt.link) course_.abandoned(loser.link);
    drop(loser);
  }
  leg_ = attempt.link;
  if (attempt.intent && said_.empty()) {
    const event::IntentRecognised& intent = **attempt.intent;
    sink_.intent({intent.name, intent.confidence, intent.slots});
  }
  watch();
}

void LlmChain::Stream::on_delta(Attempt& attempt, std::string_view text) {
  if (over_ || text.empty()) return;
  if (attempt.pace.gets_on(text)) answered(attempt);
  emit(attempt.repetition.rest_of(text));
}

void LlmChain::Stream::emit(std::string_view text) {
  if (text.empty()) return;
  said_ += text;
  sink_.delta(text);
}

void LlmChain::Stream::on_tool_call(Attempt& attempt, const ContextCall& call) {
  if (over_) return;
  answered(attempt);
  tool_called_ = true;
  sink_.tool_call({call.id, call.tool, call.arguments});
}

void LlmChain::Stream::on_done(Attempt& attempt, const Usage& usage, FinishReason reason) {
  if (over_) return;
  answered(attempt);
  course_.succeeded(attempt.link);
  sink_.done(usage, reason);
  end();
}

void LlmChain::Stream::on_failed(Attempt& attempt, const Status& status, bool deadline) {
  if (over_) return;
  const std::size_t link = attempt.link;
  const bool first = attempts_.front().get() == &attempt;
  drop(attempt);
  if (attempts_.empty()) return go_on(link, status, deadline);
  if (first) {  // the other one carries on, in its own time
    leg_ = attempts_.front()->link;
    leg_began_ = attempts_.front()->began;
    told_delay_ = false;
    watch();
  }
  course_.note_failure(link, status.code());
}

// Sets the timer for what is due next.
void LlmChain::Stream::watch() {
  if (over_) return;
  Time next = waiting_since() + (told_delay_ ? limit() : limit() / 2);
  if (!answered_ && options().hedging && may_hedge_) {
    if (const auto usual = health(leg_).first_token.percentile(0.95)) {
      next = std::min(next, std::max(now(), leg_began_ + *usual));
    }
  }
  timer_.arm(next - now());
}

void LlmChain::Stream::look() {
  if (retry_) return try_link(*std::exchange(retry_, std::nullopt));
  past_.clear();
  const Duration waited = now() - waiting_since();
  if (waited < limit()) {
    if (waited < limit() / 2) told_delay_ = false;
    if (waited >= limit() / 2 && !std::exchange(told_delay_, true)) {
      course_.delayed(leg_, waited);
    } else if (!answered_) {
      hedge();
    }
    return watch();
  }
  const Status late(ErrorCode::kTimeout, "the model gave no text for " +
                                             std::to_string(limit().count() / 1'000'000) + " ms");
  leg_began_ = Time{};  // a retry has its time anew
  on_failed(*attempts_.front(), late, true);
}

void LlmChain::Stream::hedge() {
  if (!options().hedging || !std::exchange(may_hedge_, false)) return;
  if (!health(leg_).hedges.take()) return;
  const std::size_t other = course_.other(leg_);
  if (over_) return course_.abandoned(other);  // whoever was told of its probe wants no more
  if (const Status status = ask(other); !status.ok()) {
    return course_.note_failure(other, status.code());  // the first one is still at it
  }
  if (context_.observer == nullptr) return;
  context_.observer->hedged(
      {shared_->links[leg_].name, shared_->links[other].name, now() - leg_began_});
}

}  // namespace voiceagent
