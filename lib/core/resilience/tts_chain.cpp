#include "core/resilience/tts_chain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "audio/resampler.h"
#include "base/characters.h"
#include "core/resilience/chain_ports.h"
#include "core/resilience/speech_outlet.h"
#include "core/resilience/speech_text.h"
#include "core/stream/part_timer.h"
#include "core/stream/tts_port.h"

namespace voiceagent {
namespace {

// So much waits here of what a synthesiser says while nobody takes it.
constexpr Duration kHeldBack{200'000'000};

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
  void stream_failed(Status status) override;
  void stream_closed() override;

  // one after the other
  void try_link(std::size_t link);
  Status ask(std::size_t link);
  void failed(const Status& status, bool deadline);
  void break_off();
  void rest();
  void all_spoken();
  void give_up(const Status& status);
  void end();
  void close_if_over();

  // text in, audio out
  void send_text();
  std::span<const std::int16_t> at_stream_rate(std::span<const std::int16_t> samples, int rate);
  void drain_resampler();
  void make_room();
  void end_if_spoken();

  // time
  bool owes_audio() const {
    return text_.owes_answer() || (text_.finish_told() && !finish_answered_);
  }
  std::string_view unspoken(std::size_t end) const;
  bool left_unspoken() const;
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
  SpeechOutlet out_;
  int in_rate_ = 0;               // of the audio that comes
  std::size_t base_text_ = 0;     // where the present synthesiser's text begins,
  std::int64_t base_sample_ = 0;  // and its audio
  std::unique_ptr<Resampler> resampler_;
  Time progress_{};
  Duration longest_pause_{0};  // that the present synthesiser made, since it began
  bool got_audio_ = false;     // since the last rest
  bool must_guess_ = false;  // the present clause was begun by somebody else: its words need times
  bool told_delay_ = false;
  bool sounded_ = false;    // since the latest answer
  int silent_answers_ = 0;  // since the latest sound, when there should have been some
  bool finish_answered_ = false;
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
      out_(sink, *context_.executor, shared_->links.front().provider->capabilities().sample_rate) {
  ports_.count->on_zero = [this] { close_if_over(); };
}

TtsChain::Stream::~Stream() {
  ports_.count->on_zero = nullptr;
  if (port_ != nullptr) port_->let_go();
}

// Asks a synthesiser for what is left to be spoken.
void TtsChain::Stream::try_link(std::size_t link) {
  link_ = link;
  got_audio_ = told_delay_ = sounded_ = false;
  silent_answers_ = 0;
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
  out_.expect_pauses(shared_->links[link].health->audio_pause.percentile(0.95));
  longest_pause_ = Duration(0);
  resampler_.reset();
  auto port = TtsPort::open(named(ports_, "tts", shared_->links[link].name), provider, request,
                            *this, shared_->frames, kHeldBack);
  if (!port.ok()) return port.status();
  port_ = std::move(*port);
  return Status::success();
}

void TtsChain::Stream::failed(const Status& status, bool deadline) {
  if (over_ || out_.is_complete()) return;
  break_off();
  if (over_) return;  // who was told of what has been spoken wants no more
  const auto step = course_.after(link_, {status, out_.received() > 0, deadline});
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
  finish_answered_ = false;
  const WordMarks::Resume at = out_.break_off(text_.text());
  const WordMarks& marks = out_.marks();
  if (at.text > marks.clause_text()) {
    if (at.guessed) {
      out_.guess_words(text_.text(), marks.clause_text(), at.text, marks.clause_sample(),
                       at.sample);
    }
    must_guess_ = true;
  }
  base_text_ = at.text;
  base_sample_ = out_.received();
  text_.again_from(at.text);
  out_.drain();
}

void TtsChain::Stream::give_up(const Status& status) {
  sink_.error({status.code(), status.message()});
  end();
}

void TtsChain::Stream::end() {
  over_ = true;
  out_.shut();
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
  if (!owes_audio()) progress_ = now();
  text_.finish();
  const bool rests = port_ == nullptr && !retry_;
  if (rests && !text_.owes_answer()) return all_spoken();
  send_text();
}

void TtsChain::Stream::cancel() {
  if (over_) return;
  course_.abandoned(link_);
  end();
}

void TtsChain::Stream::resume() {
  if (over_ || !out_.refused()) return;
  progress_ = now();
  out_.resume();
  end_if_spoken();
  make_room();
}

void TtsChain::Stream::send_text() {
  if (over_) return;
  if (port_ == nullptr && !retry_) return try_link(link_);  // it rests
  if (port_ == nullptr || port_->stream() == nullptr) return;
  {
    const Call call = port_->calling(CallWhat::kText);
    text_.send(*port_->stream());
  }
  if (!timer_.armed()) watch();
}

void TtsChain::Stream::tts_audio(FramePtr frame, int sample_rate) {
  if (over_) return;
  if (got_audio_ && !out_.refused()) longest_pause_ = std::max(longest_pause_, now() - progress_);
  progress_ = now();
  sounded_ = true;
  silent_answers_ = 0;
  if (!std::exchange(got_audio_, true)) watch();
  if (link_ == 0 && out_.received() == 0) out_.set_rate(sample_rate);
  const std::size_t count = std::as_const(*frame).samples().size();
  out_.audio(at_stream_rate(std::as_const(*frame).samples(), sample_rate));
  room_owed_ += samples_to_duration(static_cast<std::int64_t>(count), sample_rate);
  make_room();
}

// A full sink stops the synthesiser; a word that is waited for doesn't.
void TtsChain::Stream::make_room() {
  if (out_.refused() || port_ == nullptr || room_owed_ == Duration(0)) return;
  port_->consumed(std::exchange(room_owed_, Duration(0)));
}

std::span<const std::int16_t> TtsChain::Stream::at_stream_rate(
    std::span<const std::int16_t> samples, int rate) {
  if (rate != in_rate_) drain_resampler();
  in_rate_ = rate;
  if (rate == out_.rate()) return samples;
  if (resampler_ == nullptr) {
    auto made = Resampler::create(rate, out_.rate());
    if (!made.ok()) return {};  // both rates are possible ones: it never fails
    resampler_ = std::move(*made);
  }
  return resampler_->process(samples);
}

void TtsChain::Stream::drain_resampler() {
  if (resampler_ == nullptr) return;
  out_.keep(resampler_->finish());
  resampler_.reset();
}

void TtsChain::Stream::end_if_spoken() {
  if (out_.is_empty() && !over_) end();
}

void TtsChain::Stream::tts_timing(const SpokenSpan& span) {
  if (over_) return;
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // two years: a provider may say anything
  const auto at = [&](std::int64_t sample) {
    return base_sample_ + std::clamp<std::int64_t>(sample, 0, kMost) * out_.rate() / in_rate_;
  };
  out_.word({{base_text_ + span.text.begin, base_text_ + span.text.end},
             at(span.begin_sample),
             at(span.end_sample)});
}

void TtsChain::Stream::tts_done() {
  if (over_) return;
  progress_ = now();
  if (text_.finish_told() && !text_.owes_answer()) finish_answered_ = true;
  const std::size_t end = text_.answer_end();
  if (text_.finish_told() && end == text_.text().size()) drain_resampler();
  WordMarks& marks = out_.marks();
  if (must_guess_ && !marks.timed_after(base_text_)) {
    out_.guess_words(text_.text(), base_text_, end, base_sample_, out_.received());
  }
  // Said twice, or to a clause without a sound: which of them shows by what comes next.
  const bool silent = !std::exchange(sounded_, false) && text::is_speakable(unspoken(end));
  if (silent) ++silent_answers_;
  if (!silent && text_.answered()) {
    marks.clause_done(end, out_.received());
    must_guess_ = false;
    course_.renew(link_);
  }
  out_.done();
  if (silent || !text_.owes_answer()) got_audio_ = false;
  send_text();
}

// What the present synthesiser has not answered yet of the text up to `end`.
std::string_view TtsChain::Stream::unspoken(std::size_t end) const {
  const std::size_t begin = std::max(base_text_, out_.marks().clause_text());
  return text_.text().substr(begin, std::max(begin, end) - begin);
}

// Whether nobody will have heard what the present synthesiser calls spoken: it gave no sound at
// all, or none for the last clause, to whose end and to finish() it has answered since.
bool TtsChain::Stream::left_unspoken() const {
  if (!text::is_speakable(unspoken(text_.text().size()))) return false;
  return silent_answers_ > 1 || (silent_answers_ > 0 && out_.received() == base_sample_);
}

void TtsChain::Stream::stream_failed(Status status) {
  if (over_) return;
  if (!text_.finish_told() && !text_.owes_answer()) return rest();
  failed(status, false);
}

void TtsChain::Stream::stream_closed() {
  port_.reset();
  if (over_) return;
  if (left_unspoken()) return failed(spoken_without_sound(), false);
  if (!text_.finish_told() && !text_.owes_answer()) return rest();
  if (!text_.finish_told() || (text_.owes_answer() && silent_answers_ == 0)) {
    return failed(unavailable("the synthesiser closed its stream before it had spoken everything"),
                  false);
  }
  all_spoken();
}

// The synthesiser owed nothing and is gone, which is no failure: long waits for tools end idle
// connections. The next text begins another stream of its.
void TtsChain::Stream::rest() {
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  drain_resampler();
  room_owed_ = Duration(0);
  base_text_ = text_.text().size();
  base_sample_ = out_.received();
}

void TtsChain::Stream::all_spoken() {
  finish_answered_ = true;
  shared_->links[link_].health->audio_pause.add(longest_pause_);
  course_.succeeded(link_);
  out_.complete();
  end_if_spoken();
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
  if (out_.refused()) progress_ = now();  // it may wait for us
  const Duration idle = now() - progress_;
  if (idle < deadline() / 2) told_delay_ = false;
  if (idle < deadline()) {
    if (idle >= deadline() / 2 && !std::exchange(told_delay_, true)) course_.delayed(link_, idle);
    return watch();
  }
  if (silent_answers_ > 0) return failed(spoken_without_sound(), true);
  failed({ErrorCode::kTimeout, "the synthesiser gave no audio for " +
                                   std::to_string(deadline().count() / 1'000'000) + " ms"},
         true);
}

}  // namespace voiceagent
