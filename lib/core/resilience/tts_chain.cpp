#include "core/resilience/tts_chain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "audio/resampler.h"
#include "core/resilience/chain_ports.h"
#include "core/resilience/kept_audio.h"
#include "core/resilience/speech_text.h"
#include "core/resilience/word_marks.h"
#include "core/stream/part_timer.h"
#include "core/stream/tts_port.h"

namespace voiceagent {
namespace {

// Audio that is not this far ahead of its playing is passed on at once, whole words or not: as far
// as the player is sent ahead, and the longest pause that the voice makes. At first nobody knows
// it.
constexpr Duration kSentAhead{160'000'000};
constexpr Duration kSafeLead{250'000'000};
// So much waits here of what a synthesiser says while nobody takes it.
constexpr Duration kHeldBack{200'000'000};
// No word is waited for for longer than this.
constexpr Duration kLongestWord{3'000'000'000};

Duration safe_lead(const ProviderHealth& health) {
  const auto pause = health.audio_pause.percentile(0.95);
  return pause ? std::min(kSafeLead, kSentAhead + *pause) : kSafeLead;
}

}  // namespace

struct TtsChain::Shared : ChainShared<TtsProvider> {
  Shared(std::vector<ChainLink<TtsProvider>> chain, ResilienceOptions how,
         std::shared_ptr<FramePool> pool)
      : ChainShared(std::move(chain), std::move(how)), frames(std::move(pool)) {}
  const std::shared_ptr<FramePool> frames;
};

// One reply being spoken. It lives on the executor of its context.
class TtsChain::Stream final : public TtsStream, private TtsListener {
 public:
  Stream(std::shared_ptr<const Shared> shared, const TtsRequest& request, TtsSink& sink);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void begin() { try_link(course_.begin()); }
  bool text(std::string_view piece) override;
  void flush() override;
  void finish() override;
  void cancel() override;
  void resume() override;

 private:
  // what the present synthesiser says
  void tts_audio(FramePtr frame, int sample_rate) override;
  void tts_timing(const SpokenSpan& span) override;
  void tts_done() override;
  void stream_failed(Status status) override { failed(status, false); }
  void stream_closed() override;

  // one after the other
  void try_link(std::size_t link);
  Status ask(std::size_t link);
  void failed(const Status& status, bool deadline);
  void break_off();
  void give_up(const Status& status);
  void end();
  void close_if_over();

  // text in, audio out
  void send_text();
  std::span<const std::int16_t> at_stream_rate(std::span<const std::int16_t> samples, int rate);
  void drain_resampler();
  void make_room();
  void drain();
  bool deliver(std::span<const std::int16_t> samples);
  std::int64_t may_go() const;
  void tell_spans(std::int64_t until);
  void tell_guess(std::size_t text_begin, std::size_t text_end, std::int64_t begin,
                  std::int64_t end);
  bool deliver_held(std::int64_t until);
  std::int64_t received() const { return delivered_ + held_.size(); }

  // time
  bool owes_audio() const {
    if (silent_) return false;
    return text_.owes_answer() || (text_.finish_told() && !finish_answered_);
  }
  void watch();
  void look();
  Duration deadline() const {
    return got_audio_ ? shared_->options.audio_stall : shared_->options.first_audio;
  }
  Time now() const { return context_.executor->now(); }

  const std::shared_ptr<const Shared> shared_;
  const StreamContext context_;
  TtsSink& sink_;
  const std::string voice_;
  const std::string language_;
  const std::string session_id_;
  Course course_;
  PortContext ports_;
  std::shared_ptr<TtsPort> port_;
  std::size_t link_ = 0;
  std::optional<std::size_t> retry_;  // once the timer fires
  PartTimer timer_;

  SpeechText text_;
  WordMarks marks_;
  int rate_;                      // of the audio that goes out
  int in_rate_ = 0;               // of the audio that comes
  std::size_t base_text_ = 0;     // where the present synthesiser's text begins,
  std::int64_t base_sample_ = 0;  // and its audio
  std::unique_ptr<Resampler> resampler_;
  KeptAudio held_;              // received, not delivered
  Ring<std::int64_t> answers_;  // done() to be told once so much has been delivered
  std::int64_t delivered_ = 0;  // samples
  Time playhead_{};             // when what was delivered will have been played, at the earliest
  Time progress_{};
  Duration lead_ = kSafeLead;  // of the present synthesiser
  Duration longest_pause_{0};  // that it made, since it began
  bool refused_ = false;       // the sink is full
  bool got_audio_ = false;     // since the last rest
  bool must_guess_ = false;  // the present clause was begun by somebody else: its words need times
  bool told_delay_ = false;
  bool silent_ = false;  // an answer came without any audio: nobody knows to what
  bool finish_answered_ = false;
  bool complete_ = false;  // the synthesiser has said all
  Duration room_owed_{0};  // audio that was taken in while the sink was full
  bool over_ = false;
  bool closed_ = false;
};

TtsChain::TtsChain(std::vector<ChainLink<TtsProvider>> links, ResilienceOptions options,
                   std::shared_ptr<FramePool> frames)
    : shared_(std::make_shared<Shared>(std::move(links), std::move(options), std::move(frames))) {}

const TtsCapabilities& TtsChain::capabilities() const {
  return shared_->links.front().provider->capabilities();
}

Result<std::unique_ptr<TtsStream>> TtsChain::start(const TtsRequest& request, TtsSink& sink) {
  auto stream = std::make_unique<Stream>(shared_, request, sink);
  stream->begin();
  return std::unique_ptr<TtsStream>(std::move(stream));
}

void TtsChain::warm_up(const WarmUp& means) { warm_up_first(shared_->links, means); }

TtsChain::Stream::Stream(std::shared_ptr<const Shared> shared, const TtsRequest& request,
                         TtsSink& sink)
    : shared_(std::move(shared)),
      context_(request.context),
      sink_(sink),
      voice_(request.voice),
      language_(request.language),
      session_id_(request.session_id),
      course_(Stage::kTts, shared_->course, shared_->options, context_, session_id_),
      ports_(chain_ports(context_)),
      timer_(*context_.executor, [this] { look(); }),
      rate_(shared_->links.front().provider->capabilities().sample_rate) {
  ports_.count->on_zero = [this] { close_if_over(); };
}

TtsChain::Stream::~Stream() {
  ports_.count->on_zero = nullptr;
  if (port_ != nullptr) port_->let_go();
}

// Asks a synthesiser for what is left to be spoken.
void TtsChain::Stream::try_link(std::size_t link) {
  link_ = link;
  got_audio_ = told_delay_ = false;
  progress_ = now();
  if (const Status status = ask(link); !status.ok()) return failed(status, false);
  send_text();
}

Status TtsChain::Stream::ask(std::size_t link) {
  const std::shared_ptr<TtsProvider>& provider = shared_->links[link].provider;
  const TtsCapabilities& can = provider->capabilities();
  TtsRequest request;
  request.context = context_;
  request.language = language_;
  request.session_id = session_id_;
  // The voice is one of the first synthesiser's; another one may happen to have it too.
  const bool knows = std::ranges::find(can.voices, voice_) != can.voices.end();
  if (link == 0 || knows) request.voice = voice_;
  in_rate_ = can.sample_rate;
  lead_ = safe_lead(*shared_->links[link].health);
  longest_pause_ = Duration(0);
  resampler_.reset();
  auto port = TtsPort::open(ports_, provider, request, *this, shared_->frames, kHeldBack);
  if (!port.ok()) return port.status();
  port_ = std::move(*port);
  return Status::success();
}

void TtsChain::Stream::failed(const Status& status, bool deadline) {
  if (over_ || complete_) return;
  break_off();
  if (over_) return;  // who was told of what has been spoken wants no more
  const auto step = course_.after(link_, {status, received() > 0, deadline});
  if (over_) return course_.unused(step);
  if (!step) return give_up(status);
  if (step->wait == Duration(0)) return try_link(step->link);
  retry_ = step->link;
  timer_.arm(step->wait);
}

// The present synthesiser is at its end: its whole words stand, what else it said is dropped.
void TtsChain::Stream::break_off() {
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  resampler_.reset();
  room_owed_ = Duration(0);
  finish_answered_ = silent_ = false;
  const WordMarks::Resume at = marks_.resume(text_.text(), received(), delivered_, rate_);
  held_.drop_after(held_.begin() + at.sample - delivered_);
  if (at.text > marks_.clause_text()) {
    if (at.guessed) tell_guess(marks_.clause_text(), at.text, marks_.clause_sample(), at.sample);
    must_guess_ = true;
  }
  base_text_ = at.text;
  base_sample_ = received();
  text_.again_from(at.text);
  drain();
}

void TtsChain::Stream::give_up(const Status& status) {
  sink_.error({status.code(), status.message()});
  end();
}

void TtsChain::Stream::end() {
  over_ = true;
  timer_.cancel();
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  close_if_over();
}

void TtsChain::Stream::close_if_over() {
  if (!over_ || ports_.count->open > 0 || std::exchange(closed_, true)) return;
  // Whoever is on the stack returns first: the stream is gone after this.
  context_.executor->post([sink = &sink_] { sink->closed(); });
}

bool TtsChain::Stream::text(std::string_view piece) {
  if (over_) return true;
  if (text_.full()) return false;
  if (!owes_audio()) progress_ = now();
  text_.add(piece);
  send_text();
  return true;
}

void TtsChain::Stream::flush() {
  if (over_) return;
  text_.flush();
  send_text();
}

void TtsChain::Stream::finish() {
  if (over_) return;
  text_.finish();
  send_text();
}

void TtsChain::Stream::cancel() {
  if (over_) return;
  course_.abandoned(link_);
  end();
}

void TtsChain::Stream::resume() {
  if (over_ || !std::exchange(refused_, false)) return;
  progress_ = now();
  drain();
  make_room();
}

void TtsChain::Stream::send_text() {
  if (port_ == nullptr || port_->stream() == nullptr) return;
  text_.send(*port_->stream());
  silent_ = false;
  if (!timer_.armed()) watch();
}

void TtsChain::Stream::tts_audio(FramePtr frame, int sample_rate) {
  if (over_) return;
  if (got_audio_ && !refused_) longest_pause_ = std::max(longest_pause_, now() - progress_);
  progress_ = now();
  if (!std::exchange(got_audio_, true)) watch();
  if (link_ == 0 && received() == 0) rate_ = sample_rate;
  const std::size_t count = std::as_const(*frame).samples().size();
  const auto samples = at_stream_rate(std::as_const(*frame).samples(), sample_rate);
  // In the usual case it goes straight through.
  const bool straight = held_.size() == 0 && !refused_ && playhead_ < now() + lead_;
  if (!straight || !deliver(samples)) held_.add(samples);
  if (!straight) drain();
  room_owed_ += samples_to_duration(static_cast<std::int64_t>(count), sample_rate);
  make_room();
}

// A full sink stops the synthesiser; a word that is waited for doesn't.
void TtsChain::Stream::make_room() {
  if (refused_ || port_ == nullptr || room_owed_ == Duration(0)) return;
  port_->consumed(std::exchange(room_owed_, Duration(0)));
}

std::span<const std::int16_t> TtsChain::Stream::at_stream_rate(
    std::span<const std::int16_t> samples, int rate) {
  if (rate != in_rate_) drain_resampler();
  in_rate_ = rate;
  if (rate == rate_) return samples;
  if (resampler_ == nullptr) {
    auto made = Resampler::create(rate, rate_);
    if (!made.ok()) return {};  // both rates are possible ones: it never fails
    resampler_ = std::move(*made);
  }
  return resampler_->process(samples);
}

void TtsChain::Stream::drain_resampler() {
  if (resampler_ == nullptr) return;
  held_.add(resampler_->finish());
  resampler_.reset();
}

// How much of what was received may go on now.
std::int64_t TtsChain::Stream::may_go() const {
  const bool long_enough = samples_to_duration(held_.size(), rate_) > kLongestWord;
  if (playhead_ < now() + lead_ || long_enough || complete_) return received();
  return std::max(delivered_, marks_.whole_words(received()));
}

// Passes on what may go, and says what has been spoken with it.
void TtsChain::Stream::drain() {
  while (!refused_ && !over_) {
    const std::int64_t until = answers_.empty() ? may_go() : std::min(answers_.front(), received());
    if (!deliver_held(until)) return;
    tell_spans(delivered_);
    if (answers_.empty()) break;
    answers_.pop_front();
    sink_.done();
  }
  if (complete_ && held_.size() == 0 && answers_.empty() && !over_) end();
}

// Up to that sample. False: the sink is full.
bool TtsChain::Stream::deliver_held(std::int64_t until) {
  while (delivered_ < until && !over_) {
    const auto part = held_.part(held_.begin(), held_.begin() + until - delivered_);
    const auto count = static_cast<std::int64_t>(part.size());
    if (!deliver(part)) return false;
    held_.drop_before(held_.begin() + count);
  }
  return true;
}

// False: the sink is full.
bool TtsChain::Stream::deliver(std::span<const std::int16_t> samples) {
  if (samples.empty()) return true;
  tell_spans(delivered_ + static_cast<std::int64_t>(samples.size()));
  const AudioView view{samples, rate_};
  if (!sink_.audio(view)) {
    refused_ = true;
    return false;
  }
  delivered_ += static_cast<std::int64_t>(samples.size());
  playhead_ = std::max(playhead_, now()) + view.duration();
  return true;
}

void TtsChain::Stream::tell_spans(std::int64_t until) {
  for (SpokenSpan span; marks_.next_begun(until, span);) sink_.timing(span);
}

void TtsChain::Stream::tell_guess(std::size_t text_begin, std::size_t text_end, std::int64_t begin,
                                  std::int64_t end) {
  for (SpokenSpan span :
       spread_words(text_.text().substr(text_begin, text_end - text_begin), end - begin)) {
    span.text.begin += text_begin;
    span.text.end += text_begin;
    span.begin_sample += begin;
    span.end_sample += begin;
    marks_.add(span);
  }
}

void TtsChain::Stream::tts_timing(const SpokenSpan& span) {
  if (over_) return;
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // two years: a provider may say anything
  const auto at = [&](std::int64_t sample) {
    return base_sample_ + std::clamp<std::int64_t>(sample, 0, kMost) * rate_ / in_rate_;
  };
  marks_.add({{base_text_ + span.text.begin, base_text_ + span.text.end},
              at(span.begin_sample),
              at(span.end_sample)});
}

void TtsChain::Stream::tts_done() {
  if (over_) return;
  progress_ = now();
  if (text_.finish_told() && !text_.owes_answer()) finish_answered_ = true;
  const std::size_t end = text_.answer_end();
  if (text_.finish_told() && end == text_.text().size()) drain_resampler();
  if (must_guess_ && !marks_.timed_after(base_text_))
    tell_guess(base_text_, end, base_sample_, received());
  // Said twice, or to a clause without a sound: which of them shows when the stream closes.
  silent_ = received() == marks_.clause_sample() && end > marks_.clause_text();
  if (!silent_ && text_.answered()) {
    marks_.clause_done(end, received());
    must_guess_ = false;
  }
  answers_.push_back(received());
  drain();
  if (!text_.owes_answer()) got_audio_ = false;
  if (!silent_) send_text();
}

void TtsChain::Stream::stream_closed() {
  port_.reset();
  if (over_) return;
  if (!text_.finish_told() || (text_.owes_answer() && !silent_)) {
    return failed(unavailable("the synthesiser closed its stream before it had spoken everything"),
                  false);
  }
  complete_ = finish_answered_ = true;
  shared_->links[link_].health->audio_pause.add(longest_pause_);
  course_.succeeded(link_);
  drain();
}

void TtsChain::Stream::watch() {
  if (over_ || retry_) return;
  if (!owes_audio()) return;
  const Duration limit = told_delay_ ? deadline() : deadline() / 2;
  timer_.arm(progress_ + limit - now());
}

void TtsChain::Stream::look() {
  if (retry_) return try_link(*std::exchange(retry_, std::nullopt));
  if (!owes_audio()) return;
  const Duration idle = refused_ ? Duration(0) : now() - progress_;  // it may wait for us
  if (refused_) progress_ = now();
  if (idle < deadline() / 2) told_delay_ = false;
  if (idle < deadline()) {
    if (idle >= deadline() / 2 && !std::exchange(told_delay_, true)) course_.delayed(link_, idle);
    return watch();
  }
  failed({ErrorCode::kTimeout, "the synthesiser gave no audio for " +
                                   std::to_string(deadline().count() / 1'000'000) + " ms"},
         true);
}

}  // namespace voiceagent
