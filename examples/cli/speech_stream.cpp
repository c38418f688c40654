#include "speech_stream.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "report.h"
#include "sentences.h"

namespace cli {

namespace va = voiceagent;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds kMostWaiting{5};  // audio that waits for us
constexpr seconds kPatience{60};    // with a synthesiser from which nothing comes

}  // namespace

va::Result<std::unique_ptr<SpeechStream>> SpeechStream::start(
    ProviderHost& host, std::shared_ptr<va::TtsProvider> provider, const std::string& voice,
    const std::string& language) {
  std::unique_ptr<SpeechStream> speech(new SpeechStream(host, std::move(provider)));
  const va::TtsRequest request{host.stream_context(), voice, language, "say"};
  auto stream = host.run([&] { return speech->provider_->start(request, *speech); });
  if (!stream.ok()) return stream.status();
  speech->stream_ = std::move(*stream);
  return speech;
}

SpeechStream::~SpeechStream() {
  if (stream_ == nullptr) return;
  host_.run([this] { stream_->cancel(); });
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [this] { return closed_; })) {
    // It may still call us: there is no way on, and waiting for ever is none either.
    std::_Exit(fail(va::internal_error("the synthesiser doesn't let go of its stream")));
  }
  lock.unlock();
  host_.run([this] { stream_.reset(); });
}

va::Status SpeechStream::speak(std::string_view text, const OnAudio& on_audio) {
  for (const std::string_view piece : sentences(text)) {
    if (va::Status status = push(piece, on_audio); !status.ok()) return status;
  }
  std::unique_lock lock(mutex_);
  const int wanted = done_ + 1;
  lock.unlock();
  host_.run([this] { stream_->flush(); });
  for (;;) {
    const va::Result<bool> passed = pass_on(on_audio);
    if (!passed.ok()) return passed.status();
    if (*passed) continue;
    lock.lock();
    if (!waiting_.empty()) {
      lock.unlock();
      continue;
    }
    if (!error_.ok()) return error_;
    if (done_ >= wanted) return {};
    if (closed_) return va::internal_error("the synthesiser closed its stream too early");
    if (changed_.wait_for(lock, kPatience) == std::cv_status::timeout) {
      return {va::ErrorCode::kTimeout, "the synthesiser gave nothing for a minute"};
    }
    lock.unlock();
  }
}

va::Status SpeechStream::push(std::string_view piece, const OnAudio& on_audio) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!host_.run([&] { return stream_->text(piece); })) {
    const va::Result<bool> passed = pass_on(on_audio);
    if (!passed.ok()) return passed.status();
    std::unique_lock lock(mutex_);
    if (!error_.ok()) return error_;
    if (std::chrono::steady_clock::now() > deadline) {
      return {va::ErrorCode::kTimeout, "the synthesiser took no text for a minute"};
    }
    if (waiting_.empty()) changed_.wait_for(lock, milliseconds(20));
  }
  return {};
}

va::Result<bool> SpeechStream::pass_on(const OnAudio& on_audio) {
  std::unique_lock lock(mutex_);
  const std::deque<va::Pcm> audio = std::exchange(waiting_, {});
  waiting_length_ = va::Duration(0);
  const bool stalled = std::exchange(stalled_, false);
  lock.unlock();
  if (stalled) host_.run([this] { stream_->resume(); });
  for (const va::Pcm& pcm : audio) {
    if (va::Status status = on_audio(pcm.view()); !status.ok()) return status;
  }
  return !audio.empty();
}

bool SpeechStream::audio(va::AudioView audio) {
  const std::lock_guard lock(mutex_);
  if (waiting_length_ >= kMostWaiting) {
    stalled_ = true;
    return false;
  }
  waiting_.push_back({{audio.samples.begin(), audio.samples.end()}, audio.sample_rate});
  waiting_length_ += audio.duration();
  changed_.notify_all();
  return true;
}

void SpeechStream::done() {
  const std::lock_guard lock(mutex_);
  ++done_;
  changed_.notify_all();
}

void SpeechStream::error(const va::ProviderError& error) {
  const std::lock_guard lock(mutex_);
  error_ = va::Status(error.code, std::string(error.message));
  changed_.notify_all();
}

void SpeechStream::closed() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace cli
