// Synthesis: how clauses become audio. The other half is playout.cpp.
#include "core/speech/speaker.h"

#include <algorithm>
#include <utility>

namespace voiceagent {
namespace {

// So much unheard speech is kept: a synthesiser that has more waits with it.
constexpr Duration kMostUnheard{300'000'000};

}  // namespace

Speaker::Speaker(SpeakerOptions options, PortContext ports, std::shared_ptr<TtsProvider> provider,
                 std::shared_ptr<FramePool> pool, SpeakerListener& listener)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      provider_(std::move(provider)),
      pool_(std::move(pool)),
      listener_(listener),
      clock_(options_.sample_rate, options_.playout_delay, options_.expects_reports),
      reply_{0, SpokenText(options_.sample_rate), {}, {}, 0, 0, 0, 0, 0},
      tick_(
          *ports_.executor, [this] { pump(); }, ports_.entrance),
      watchdog_(
          *ports_.executor, [this] { check_progress(); }, ports_.entrance),
      before_(reply_) {}

Speaker::~Speaker() { close_port(); }

void Speaker::begin(TurnId turn, bool withheld) {
  close_port();
  if (reply_.consumed_samples > 0) std::swap(before_, reply_);
  reply_.turn = turn;
  reply_.text.clear();
  reply_.ready.clear();
  reply_.sent.clear();
  before_.rest();
  reply_.consumed_samples = reply_.heard_samples = 0;
  reply_.heard_text = 0;
  reply_.taken_back_from = reply_.taken_back_to = 0;
  begun_at_ = clock_.sent();
  filling_ = {};
  reply_samples_ = 0;
  active_ = true;
  held_ = withheld;
  text_complete_ = failed_ = first_audio_ = false;
}

void Speaker::say(std::string_view clause, TextSpan span) {
  if (!active_ || failed_) return;
  if (!owes_audio()) progress_ = now();
  waiting_.push_back({std::string(clause), span});
  feed();
}

void Speaker::play(AudioView audio, std::string_view text) {
  if (!active_) return;
  if (Status status = set_tts_rate(audio.sample_rate); !status.ok()) return fail(std::move(status));
  reply_.text.add_clause(text, {0, text.size()});
  append(resampler_ != nullptr ? resampler_->process(audio.samples) : audio.samples);
  drain_resampler();
  reply_.text.clause_done(queued_samples());
  text_complete_ = first_audio_ = true;
  listener_.speaker_first_audio();
  pump();
}

void Speaker::end_of_text() {
  if (!active_) return;
  text_complete_ = true;
  if (audio_complete()) drain_resampler();
  feed();
  pump();
}

Status Speaker::open_stream() {
  TtsRequest request;
  request.context = ports_.streams();
  request.voice = options_.voice;
  request.language = options_.language;
  request.session_id = options_.session_id;
  Result<std::shared_ptr<TtsPort>> port =
      TtsPort::open(ports_, provider_, request, *this, pool_, kMostUnheard);
  if (!port.ok()) return port.status();
  port_ = std::move(*port);
  stream_text_ = waiting_.front().span.begin;
  stream_sample_ = queued_samples();
  finish_told_ = false;
  silent_answers_ = 0;
  return set_tts_rate(provider_->capabilities().sample_rate);
}

// Gives the synthesiser as many clauses as it takes.
void Speaker::feed() {
  if (failed_) return;
  if (port_ == nullptr && !waiting_.empty()) {
    if (Status status = open_stream(); !status.ok()) return fail(std::move(status));
  }
  while (!waiting_.empty()) {
    const Waiting& next = waiting_.front();
    const Call call = port_->calling(CallWhat::kText);
    if (!port_->stream()->text(next.text)) break;
    reply_.text.add_clause(next.text, next.span);
    port_->stream()->flush();
    waiting_.pop_front();
  }
  if (owes_audio() && !watchdog_.armed()) watchdog_.arm(options_.stall_timeout);
  if (text_complete_ && waiting_.empty() && port_ != nullptr &&
      !std::exchange(finish_told_, true)) {
    const Call call = port_->calling(CallWhat::kFinish);
    port_->stream()->finish();
  }
}

void Speaker::tts_audio(FramePtr frame, int sample_rate) {
  progress_ = now();
  silent_answers_ = 0;
  if (Status status = set_tts_rate(sample_rate); !status.ok()) return fail(std::move(status));
  if (!first_audio_) {
    first_audio_ = true;
    listener_.speaker_first_audio();
  }
  // Behind what waits for its time nothing is due.
  const bool waits = tick_.armed() && !reply_.ready.empty();
  if (resampler_ == nullptr) {
    append(std::move(frame));
  } else {
    append(resampler_->process(std::as_const(*frame).samples()));
  }
  if (!waits) pump();
}

void Speaker::tts_timing(const SpokenSpan& span) {
  reply_.text.add_timing(stream_text_ + span.text.end, stream_sample_ + to_output(span.end_sample));
}

void Speaker::tts_done() {
  progress_ = now();
  if (text_complete_ && reply_.text.all_done()) return;  // the answer to finish()
  // Said twice, or a clause that has no sound: which one it is shows by what comes next.
  if (reply_.text.nothing_spoken(queued_samples())) {
    ++silent_answers_;
    return feed();
  }
  if (text_complete_ && waiting_.empty() && reply_.text.clauses_left() == 1) drain_resampler();
  reply_.text.clause_done(queued_samples());
  feed();
  pump();
}

void Speaker::stream_failed(Status status) { fail(std::move(status)); }

void Speaker::stream_closed() {
  port_.reset();
  if (active_ && left_unspoken() && !failed_) return fail(spoken_without_sound());
  if (silent_answers_ > 0 && waiting_.empty() && text_complete_) {
    while (!reply_.text.all_done()) reply_.text.clause_done(queued_samples());
    if (active_) pump();
    return;
  }
  if (active_ && owes_audio() && !failed_) {
    fail(unavailable("the synthesiser closed its stream before it had spoken everything"));
  }
}

// Whether nobody will have heard what the stream calls spoken: it gave no sound at all, or none for
// the last clause, to whose end and to finish() it has answered since.
bool Speaker::left_unspoken() const {
  return silent_answers_ > 1 || (silent_answers_ > 0 && queued_samples() == stream_sample_);
}

// What is queued is still played; then the reply ends.
void Speaker::fail(Status status) {
  if (failed_) return;
  failed_ = true;
  close_port();
  waiting_.clear();
  listener_.speaker_failed(std::move(status));
  pump();
}

void Speaker::close_port() {
  watchdog_.cancel();
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  resampler_.reset();
  tts_rate_ = 0;
  waiting_.clear();
}

void Speaker::check_progress() {
  if (!active_ || failed_ || !owes_audio()) return;
  // While audio waits here, the synthesiser may be waiting for us.
  const Duration idle = reply_.ready.empty() ? now() - progress_ : Duration(0);
  if (idle < options_.stall_timeout) return watchdog_.arm(options_.stall_timeout - idle);
  if (silent_answers_ > 0) return fail(spoken_without_sound());
  fail({ErrorCode::kTimeout, "the synthesiser gave no audio for " +
                                 std::to_string(options_.stall_timeout.count() / 1'000'000) +
                                 " ms"});
}

Status Speaker::set_tts_rate(int rate) {
  if (rate == tts_rate_) return Status::success();
  tts_rate_ = rate;
  drain_resampler();
  resampler_.reset();
  if (rate == options_.sample_rate) return Status::success();
  Result<std::unique_ptr<Resampler>> resampler = Resampler::create(rate, options_.sample_rate);
  if (!resampler.ok()) return resampler.status();
  resampler_ = std::move(*resampler);
  return Status::success();
}

// The filter's rest; nothing may go through it afterwards.
void Speaker::drain_resampler() {
  if (resampler_ != nullptr) append(resampler_->finish());
}

std::int64_t Speaker::to_output(std::int64_t tts_samples) const {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // two years: a provider may say anything
  tts_samples = std::clamp<std::int64_t>(tts_samples, 0, kMost);
  return tts_rate_ > 0 ? tts_samples * options_.sample_rate / tts_rate_ : tts_samples;
}

}  // namespace voiceagent
