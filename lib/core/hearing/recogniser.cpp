#include "core/hearing/recogniser.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace voiceagent {
namespace {

constexpr Duration kFrame{20'000'000};
// What is kept for a recogniser that lags behind: 15 s.
constexpr std::size_t kMaxBacklog = 750;

void append_words(std::string& text, std::string_view words) {
  if (words.empty()) return;
  if (!text.empty()) text += ' ';
  text += words;
}

}  // namespace

Recogniser::Recogniser(RecogniserOptions options, PortContext ports,
                       std::shared_ptr<SttProvider> provider, RecogniserListener& listener)
    : options_(std::move(options)),
      ports_(std::move(ports)),
      provider_(std::move(provider)),
      listener_(listener) {}

Recogniser::~Recogniser() {
  if (port_ != nullptr) port_->let_go();
}

void Recogniser::frame(const FramePtr& frame) {
  ++frames_seen_;
  if (!open_) {
    preroll_.push_back(frame);
    while (kFrame * static_cast<std::int64_t>(preroll_.size()) > options_.preroll) {
      preroll_.pop_front();
    }
    return;
  }
  backlog_.push_back(frame);
  if (backlog_.size() > kMaxBacklog) {
    backlog_.pop_front();
    input_.drop_refused();  // what waited for room was the one that has gone
    stream_offset_ += kFrame;
    listener_.recogniser_overflow(kFrame);
  }
  if (owed_finals_ > 0) owed_for_ += kFrame;
  if (resumed_ && owed_finals_ > 0 && owed_for_ > options_.final_timeout) return replace_stream();
  feed();
}

void Recogniser::begin_utterance(Duration origin) {
  settled_.clear();
  text_.clear();
  open_ = true;
  flush_wanted_ = settling_ = resumed_ = false;
  origin_ = origin;
  while (!preroll_.empty()) backlog_.push_back(preroll_.pop_front());
  if (hear()) feed();
}

// Sees to it that there is a stream, into which the backlog goes next.
bool Recogniser::hear() {
  if (port_ == nullptr) {
    if (Status status = open_stream(); !status.ok()) {
      listener_.recogniser_failed(std::move(status));
      return false;
    }
  }
  const auto behind = static_cast<std::int64_t>(backlog_.size());
  stream_offset_ = origin_ + kFrame * (frames_seen_ - behind) - stream_time_;
  return true;
}

void Recogniser::resume() {
  resumed_ = true;
  go_on();
}

void Recogniser::go_on() {
  if (!open_ || !resumed_ || owed_finals_ > 0) return;
  settling_ = false;
  if (port_ == nullptr) settle_words();
  if (port_ != nullptr || hear()) feed();
}

// No stream will change them any more.
void Recogniser::settle_words() {
  const std::string rest(trim(std::string_view(text_).substr(settled_.size())));
  settled_ = text_;
  if (!rest.empty()) listener_.recogniser_final(text_, {rest, 1.0F, {}, {}}, false);
}

// Who goes on is not to wait for words that never come.
void Recogniser::replace_stream() {
  listener_.recogniser_replaced(owed_for_);
  let_go();
  go_on();
}

void Recogniser::give_up() {
  if (std::exchange(flush_wanted_, false)) backlog_.clear();  // it has not even taken what was said
  let_go();
}

void Recogniser::flush() {
  settling_ = resumed_ = false;
  flush_wanted_ = true;
  owed_for_ = Duration(0);
  feed();
}

void Recogniser::end_utterance() {
  open_ = false;
  input_.drop_refused();
  // What came after the flush is the beginning of what comes next.
  const bool flushed = std::exchange(settling_, false) && !std::exchange(flush_wanted_, false);
  if (flushed) std::swap(preroll_, backlog_);
  flush_wanted_ = false;
  backlog_.clear();
}

Status Recogniser::open_stream() {
  SttRequest request;
  request.context = ports_.streams();
  request.language = options_.language;
  request.session_id = options_.session_id;
  request.final_timeout = options_.final_timeout;
  if (Status status = input_.begin(provider_->capabilities(), options_.input_rate); !status.ok()) {
    return status;
  }
  request.sample_rate = input_.stream_rate();
  Result<std::shared_ptr<SttPort>> port = SttPort::open(ports_, provider_, request, *this);
  if (!port.ok()) return port.status();
  port_ = std::move(*port);
  owed_finals_ = 0;
  stream_time_ = Duration(0);
  return Status::success();
}

// Gives the stream as much of the backlog as it takes, then the flush that waits for it.
void Recogniser::feed() {
  if (port_ == nullptr || port_->stream() == nullptr || settling_) return;
  while (!backlog_.empty()) {
    if (!push(backlog_.front())) return;
    backlog_.pop_front();
    stream_time_ += kFrame;
  }
  if (!std::exchange(flush_wanted_, false)) return;
  ++owed_finals_;
  settling_ = true;
  const Call call = port_->calling(CallWhat::kFlush);
  port_->stream()->flush();
}

bool Recogniser::push(const FramePtr& frame) {
  const Call call = port_->calling(CallWhat::kAudio);
  return input_.push(*port_->stream(), std::as_const(*frame).samples()) > 0;
}

void Recogniser::stt_partial(const Transcript& transcript) {
  if (!open_) return;
  text_ = settled_;
  append_words(text_, transcript.text);
  listener_.recogniser_partial(text_);
}

void Recogniser::stt_final(const Transcript& transcript) {
  if (owed_finals_ > 0) --owed_finals_;
  if (!open_) return;
  append_words(settled_, transcript.text);
  text_ = settled_;
  const bool complete = owed_finals_ == 0 && !flush_wanted_;
  listener_.recogniser_final(text_, on_session_clock(transcript), complete);
  go_on();
}

Transcript Recogniser::on_session_clock(const Transcript& transcript) {
  words_.assign(transcript.words.begin(), transcript.words.end());
  for (Word& word : words_) {
    word.start += stream_offset_;
    word.end += stream_offset_;
  }
  Transcript shifted = transcript;
  shifted.words = words_;
  return shifted;
}

void Recogniser::stt_signal(TurnSignal signal, float probability) {
  if (!open_) return;
  if (signal == TurnSignal::kLikelyEnd && !(probability > 0.0F)) return;  // or NaN: no opinion
  listener_.recogniser_signal(signal, probability);
}

void Recogniser::stream_failed(Status status) {
  // The utterance ends here. What came after its flush is the beginning of the next one.
  if (!settling_) backlog_.clear();
  give_up();
  listener_.recogniser_failed(std::move(status));
}

void Recogniser::stream_closed() {
  port_.reset();
  if (open_) {
    listener_.recogniser_failed(unavailable("the recogniser closed its stream in mid-utterance"));
  }
}

// Keeps what waits for a stream, and the words of the one that is forgotten.
void Recogniser::let_go() {
  if (port_ != nullptr) port_->let_go();
  port_.reset();
  input_.drop_refused();
  owed_finals_ = 0;
  settling_ = true;
}

}  // namespace voiceagent
