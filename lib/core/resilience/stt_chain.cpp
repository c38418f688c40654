#include "core/resilience/stt_chain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/characters.h"
#include "base/ring.h"
#include "core/resilience/chain_ports.h"
#include "core/resilience/kept_audio.h"
#include "core/stream/part_timer.h"
#include "core/stream/stt_feed.h"
#include "core/stream/stt_port.h"

namespace voiceagent {
namespace {

// So much is kept for the next recogniser, and waits for the present one: longer than most turns
// last, so that a flush is known of even if nothing is taken.
constexpr Duration kKept{15'000'000'000};
// Once so little waits, the sink's side may go on.
constexpr Duration kLag{1'000'000'000};
// A recogniser that takes no audio for so long is deaf.
constexpr Duration kDeaf{2'000'000'000};

}  // namespace

struct SttChain::Shared : ChainShared<SttProvider> {
  using ChainShared::ChainShared;
};

// One listening stretch. It lives on the executor of its context.
class SttChain::Stream final : public SttStream, private SttListener {
 public:
  Stream(std::shared_ptr<const Shared> shared, const SttRequest& request, SttSink& sink);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void begin() { try_link(course_.begin()); }
  bool audio(AudioView audio) override;
  void flush() override;
  void finish() override;
  void cancel() override;

 private:
  // what the present recogniser says
  void stt_partial(const Transcript& transcript) override;
  void stt_final(const Transcript& transcript) override;
  void stt_signal(TurnSignal signal, float probability) override;
  void stt_writable() override;
  void stream_failed(Status status) override;
  void stream_closed() override;

  // one after the other
  void try_link(std::size_t link);
  Status ask(std::size_t link);
  void failed(const Status& status, bool deadline);
  void wake();
  void go_back();
  bool idle() const;
  void rest();
  bool resting() const { return port_ == nullptr && !retry_; }
  void end();
  void close_if_over();

  // audio in
  void pump();
  std::size_t push(std::span<const std::int16_t> samples);
  void refuse();
  std::int64_t samples(Duration d) const { return duration_to_samples(d, rate_); }
  std::int64_t unsent() const { return kept_.end() - sent_; }
  void settle(const Transcript& transcript);
  std::int64_t settled_end(const Transcript& transcript) const;
  void tell_room();

  // time
  struct Wait {
    Time since;
    Duration limit;
  };
  std::optional<Wait> waits() const;
  Duration limit(Time since) const;
  bool left_to_session() const;
  bool overdue() const;
  void watch();
  void look();
  Time now() const { return context_.executor->now(); }

  const std::shared_ptr<const Shared> shared_;
  const StreamContext context_;
  SttSink& sink_;
  const int rate_;
  const std::string language_;
  const std::string session_id_;
  const Duration final_timeout_;
  Course course_;
  PortContext ports_;
  std::shared_ptr<SttPort> port_;
  std::size_t link_ = 0;
  std::optional<std::size_t> retry_;  // once the timer fires
  PartTimer timer_;

  KeptAudio kept_;
  std::int64_t sent_ = 0;  // what the present recogniser has taken,
  std::int64_t base_ = 0;  // and where it began
  struct Flush {
    std::int64_t at;  // the sample
    Time asked;
  };
  Ring<Flush> flushes_;  // not answered yet
  std::size_t flushes_sent_ = 0;
  SttFeed input_;
  std::string partial_;        // the last one that was told
  std::string heard_;          // the present recogniser's latest partial,
  std::int64_t heard_at_ = 0;  // and what it had taken when that text first came
  std::vector<Word> words_;
  Time since_{};            // when the present recogniser began, or got the oldest flush
  Time refused_at_{};       // when it became full
  bool refused_ = false;    // it is full
  bool told_full_ = false;  // our own side waits
  bool told_delay_ = false;
  bool catching_up_ = false;  // after another one failed
  bool between_ = false;      // no audio has come since the latest flush was answered
  bool finish_ = false;
  bool finish_told_ = false;
  bool over_ = false;
  bool closed_ = false;
};

SttChain::SttChain(std::vector<ChainLink<SttProvider>> links, ResilienceOptions options)
    : shared_(std::make_shared<Shared>(std::move(links), std::move(options))) {}

const SttCapabilities& SttChain::capabilities() const {
  return shared_->links.front().provider->capabilities();
}

Result<std::unique_ptr<SttStream>> SttChain::start(const SttRequest& request, SttSink& sink) {
  auto stream = std::make_unique<Stream>(shared_, request, sink);
  stream->begin();
  return std::unique_ptr<SttStream>(std::move(stream));
}

void SttChain::warm_up(const WarmUp& means) { warm_up_first(shared_->links, means); }

SttChain::Stream::Stream(std::shared_ptr<const Shared> shared, const SttRequest& request,
                         SttSink& sink)
    : shared_(std::move(shared)),
      context_(request.context),
      sink_(sink),
      rate_(request.sample_rate),
      language_(request.language),
      session_id_(request.session_id),
      final_timeout_(request.final_timeout),
      course_(Stage::kStt, shared_->course, shared_->options, context_, session_id_),
      ports_(chain_ports(context_)),
      timer_(*context_.executor, [this] { look(); }) {
  ports_.count->on_zero = [this] { close_if_over(); };
}

SttChain::Stream::~Stream() {
  ports_.count->on_zero = nullptr;
  if (port_ != nullptr) port_->let_go();
}

// Gives a recogniser all that has not been settled.
void SttChain::Stream::try_link(std::size_t link) {
  link_ = link;
  base_ = sent_ = kept_.begin();
  flushes_sent_ = 0;
  since_ = now();
  heard_.clear();
  refused_ = finish_told_ = told_delay_ = false;
  if (const Status status = ask(link); !status.ok()) return failed(status, false);
  pump();
  watch();
  tell_room();
}

Status SttChain::Stream::ask(std::size_t link) {
  const std::shared_ptr<SttProvider>& provider = shared_->links[link].provider;
  if (Status status = input_.begin(provider->capabilities(), rate_); !status.ok()) return status;
  SttRequest request;
  request.context = context_;
  request.language = language_;
  request.session_id = session_id_;
  request.final_timeout = final_timeout_;
  request.sample_rate = input_.stream_rate();
  auto port =
      SttPort::open(named(ports_, "stt", shared_->links[link].name), provider, request, *this);
  if (!port.ok()) return port.status();
  port_ = std::move(*port);
  return Status::success();
}

void SttChain::Stream::failed(const Status& status, bool deadline) {
  if (over_) return;
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  catching_up_ = true;
  const auto step = course_.after(link_, {status, false, deadline});
  if (over_) return course_.unused(step);
  if (!step) {
    sink_.error({status.code(), status.message()});
    return end();
  }
  if (step->wait == Duration(0)) return try_link(step->link);
  retry_ = step->link;
  timer_.arm(step->wait);
}

// Who stands in for another one does so for an utterance: before the next one, while there is
// nothing to lose, whoever comes first and may be asked again is.
void SttChain::Stream::go_back() {
  if (link_ == 0 || retry_ || !flushes_.empty() || kept_.size() > 0) return;
  const auto earlier = course_.back(link_);
  if (!earlier) return;
  if (over_) return course_.abandoned(*earlier);  // who was told of it wants no more
  if (port_ != nullptr) port_->let_go();
  try_link(*earlier);
}

// An utterance begins. Whoever was found gone is asked again.
void SttChain::Stream::wake() {
  if (!std::exchange(between_, false)) return;
  if (!resting()) return go_back();
  const std::size_t link = course_.begin();
  if (over_) return course_.abandoned(link);  // who was told of it wants no more
  try_link(link);
}

bool SttChain::Stream::idle() const {
  return between_ && !retry_ && !finish_ && flushes_.empty() && kept_.size() == 0;
}

// The recogniser owed nothing and is gone, which is no failure: long silences end idle connections.
void SttChain::Stream::rest() {
  if (port_ != nullptr) port_->let_go();
  port_.reset();
}

void SttChain::Stream::end() {
  over_ = true;
  timer_.cancel();
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  close_if_over();
}

void SttChain::Stream::close_if_over() {
  if (!over_ || ports_.count->open > 0 || std::exchange(closed_, true)) return;
  // Whoever is on the stack returns first: the stream is gone after this.
  context_.executor->post([sink = &sink_] { sink->closed(); });
}

bool SttChain::Stream::audio(AudioView audio) {
  if (over_) return true;
  wake();
  if (over_) return true;
  if (unsent() > samples(kKept)) {
    told_full_ = true;
    return false;
  }
  kept_.add(audio.samples);
  kept_.bound(samples(kKept), sent_);
  pump();
  return true;
}

void SttChain::Stream::flush() {
  if (!over_ && resting()) wake();
  if (over_) return;
  flushes_.push_back({kept_.end(), now()});
  pump();
  watch();
}

void SttChain::Stream::finish() {
  if (over_) return;
  finish_ = true;
  if (resting()) return end();
  pump();
}

void SttChain::Stream::cancel() {
  if (over_) return;
  const bool late = overdue();
  end();
  if (late) return course_.note_failure(link_, ErrorCode::kTimeout);
  course_.abandoned(link_);
}

// Gives the recogniser what it takes, each flush in its place.
void SttChain::Stream::pump() {
  if (port_ == nullptr || port_->stream() == nullptr || refused_) return;
  const std::int64_t chunk = samples(Duration(20'000'000));
  for (;;) {
    const bool flush_waits = flushes_sent_ < flushes_.size();
    const std::int64_t until = flush_waits ? flushes_[flushes_sent_].at : kept_.end();
    if (sent_ < until) {
      const auto piece = kept_.part(sent_, std::min(sent_ + chunk, until));
      const std::size_t taken = push(piece);
      if (taken == 0) return refuse();
      sent_ += static_cast<std::int64_t>(taken);
    } else if (flush_waits) {
      if (flushes_sent_++ == 0) since_ = now();
      const Call call = port_->calling(CallWhat::kFlush);
      port_->stream()->flush();
    } else {
      break;
    }
  }
  if (!finish_ || std::exchange(finish_told_, true)) return;
  const Call call = port_->calling(CallWhat::kFinish);
  port_->stream()->finish();
}

std::size_t SttChain::Stream::push(std::span<const std::int16_t> samples) {
  const Call call = port_->calling(CallWhat::kAudio);
  return input_.push(*port_->stream(), samples);
}

void SttChain::Stream::refuse() {
  refused_ = true;
  refused_at_ = now();
  watch();
}

void SttChain::Stream::stt_writable() {
  if (over_) return;
  refused_ = false;
  pump();
  watch();
  tell_room();
}

void SttChain::Stream::tell_room() {
  if (!over_ && unsent() <= samples(kLag) && std::exchange(told_full_, false)) sink_.writable();
}

void SttChain::Stream::stt_partial(const Transcript& transcript) {
  if (over_) return;
  if (!text::same_words(transcript.text, heard_)) heard_at_ = sent_;
  heard_ = transcript.text;
  // Who catches up knows less than was told already.
  if (catching_up_ && transcript.text.size() < partial_.size()) return;
  partial_ = transcript.text;
  sink_.partial(transcript);
}

void SttChain::Stream::stt_final(const Transcript& transcript) {
  if (over_) return;
  settle(transcript);
  partial_.clear();
  heard_.clear();
  catching_up_ = false;
  course_.succeeded(link_);
  if (over_) return;  // who was told of it wants no more
  course_.renew(link_);
  words_.assign(transcript.words.begin(), transcript.words.end());
  const Duration shift = samples_to_duration(base_, rate_);
  for (Word& word : words_) {
    word.start += shift;
    word.end += shift;
  }
  Transcript shifted = transcript;
  shifted.words = words_;
  sink_.final(shifted);
}

// What has been settled need not be kept: all before the flush, or the words themselves.
void SttChain::Stream::settle(const Transcript& transcript) {
  if (flushes_sent_ > 0) {
    --flushes_sent_;
    between_ = true;
    since_ = now();
    told_delay_ = false;
    kept_.drop_before(std::min(flushes_.pop_front().at, sent_));
    return watch();
  }
  kept_.drop_before(std::min(settled_end(transcript), sent_));
}

// The end of what a final that nobody asked for is about. It comes some time after its words, so
// the next ones may have begun: by the words' times, or by when a partial first had all of them.
// Failing both nothing is heard twice, because its words would be in the transcript twice.
std::int64_t SttChain::Stream::settled_end(const Transcript& transcript) const {
  if (!transcript.words.empty()) {
    return base_ + samples(std::max(Duration(0), transcript.words.back().end));
  }
  return text::same_words(transcript.text, heard_) ? heard_at_ : sent_;
}

void SttChain::Stream::stt_signal(TurnSignal signal, float probability) {
  if (!over_) sink_.turn_signal(signal, probability);
}

void SttChain::Stream::stream_failed(Status status) {
  if (!over_ && idle()) return rest();
  failed(status, false);
}

void SttChain::Stream::stream_closed() {
  port_.reset();
  if (over_ || idle()) return;
  if (finish_told_ && flushes_.empty()) return end();
  failed(unavailable("the recogniser closed its stream in mid-utterance"), false);
}

// What the present recogniser owes, and for how long it may: an answer, or room for audio. While
// nobody could take over, it may be as full as it likes.
std::optional<SttChain::Stream::Wait> SttChain::Stream::waits() const {
  std::optional<Wait> wait;
  if (flushes_sent_ > 0 || (!flushes_.empty() && !course_.has_fresh())) {
    const Time since = std::max(flushes_.front().asked, since_);
    wait = Wait{since, limit(since)};
  }
  if (refused_ && course_.has_fresh()) {
    const Wait deaf{refused_at_, kDeaf};
    if (!wait || deaf.since + deaf.limit < wait->since + wait->limit) wait = deaf;
  }
  return wait;
}

// Of the session's patience the last recogniser has half, so that its retry has the rest.
Duration SttChain::Stream::limit(Time since) const {
  const Duration least = shared_->options.transcript;
  if (course_.has_fresh()) return least;
  const Duration left = final_timeout_ - (since - flushes_.front().asked);
  return std::max(least, left_to_session() ? left : left / 2);
}

// The last recogniser isn't given up while the words that are there can be answered, nor while it
// may be at work: who sends no partials is silent either way.
bool SttChain::Stream::left_to_session() const {
  if (course_.has_fresh()) return false;
  return !partial_.empty() || !shared_->links[link_].provider->capabilities().partials;
}

// The present recogniser's time is over.
bool SttChain::Stream::overdue() const {
  const auto wait = waits();
  return port_ != nullptr && wait && now() >= wait->since + wait->limit;
}

// Sets the timer for what is due next.
void SttChain::Stream::watch() {
  if (over_ || retry_) return;
  const auto wait = waits();
  if (!wait) {
    told_delay_ = false;
    return timer_.cancel();
  }
  timer_.arm(wait->since + (told_delay_ ? wait->limit : wait->limit / 2) - now());
}

void SttChain::Stream::look() {
  if (retry_) return try_link(*std::exchange(retry_, std::nullopt));
  const auto wait = waits();
  if (!wait) return;
  const Duration waited = now() - wait->since;
  if (waited < wait->limit) {
    const bool half = waited >= wait->limit / 2;
    if (half && !std::exchange(told_delay_, true)) course_.delayed(link_, waited);
    return watch();
  }
  if (left_to_session()) return;
  const bool deaf = refused_ && now() >= refused_at_ + kDeaf;
  failed({ErrorCode::kTimeout, deaf ? "the recogniser took no audio for 2 s"
                                    : "the recogniser settled no words in time"},
         true);
}

}  // namespace voiceagent
