#include "recognition_stream.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "report.h"

namespace cli {

namespace va = voiceagent;

namespace {

// With a recogniser from which nothing comes; half a minute of audio takes a slow one a while.
constexpr std::chrono::minutes kPatience{5};

void append(std::string& text, std::string_view more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

}  // namespace

va::Result<std::unique_ptr<RecognitionStream>> RecognitionStream::start(
    ProviderHost& host, std::shared_ptr<va::SttProvider> provider, int sample_rate,
    const std::string& language) {
  std::unique_ptr<RecognitionStream> recognition(
      new RecognitionStream(host, std::move(provider), sample_rate));
  const va::SttRequest request{host.stream_context(), sample_rate, language, "listen"};
  auto stream = host.run([&] { return recognition->provider_->start(request, *recognition); });
  if (!stream.ok()) return stream.status();
  recognition->stream_ = std::move(*stream);
  // Whoever answers this has loaded its models.
  if (va::Status status = recognition->settle(); !status.ok()) return status;
  return recognition;
}

RecognitionStream::~RecognitionStream() {
  if (stream_ == nullptr) return;
  host_.run([this] { stream_->cancel(); });
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [this] { return closed_; })) {
    // It may still call us: there is no way on, and waiting for ever is none either.
    std::_Exit(fail(va::internal_error("the recogniser doesn't let go of its stream")));
  }
  lock.unlock();
  host_.run([this] { stream_.reset(); });
}

template <class Ready>
va::Status RecognitionStream::wait(std::unique_lock<std::mutex>& lock, const char* what,
                                   Ready ready) {
  const bool in_time =
      changed_.wait_for(lock, kPatience, [&] { return ready() || !error_.ok() || closed_; });
  if (!error_.ok()) return error_;
  if (!in_time) return {va::ErrorCode::kTimeout, std::string("the recogniser ") + what};
  if (!ready()) return va::internal_error("the recogniser closed its stream too early");
  return {};
}

va::Status RecognitionStream::push(std::span<const std::int16_t> samples) {
  // A stream takes only so much at a time.
  const auto block = static_cast<std::size_t>(rate_) / 10;
  while (!samples.empty()) {
    const auto next = samples.first(std::min(block, samples.size()));
    if (va::Status status = push_block(next); !status.ok()) return status;
    samples = samples.subspan(next.size());
  }
  return {};
}

va::Status RecognitionStream::push_block(std::span<const std::int16_t> samples) {
  for (;;) {
    std::unique_lock lock(mutex_);
    writable_ = false;
    lock.unlock();
    if (host_.run([&] { return stream_->audio({samples, rate_}); })) return {};
    lock.lock();
    va::Status status = wait(lock, "took no audio for minutes", [this] { return writable_; });
    if (!status.ok()) return status;
  }
}

va::Status RecognitionStream::settle() {
  std::unique_lock lock(mutex_);
  const int wanted = finals_ + 1;
  lock.unlock();
  host_.run([this] { stream_->flush(); });
  lock.lock();
  if (va::Status status =
          wait(lock, "settled nothing for minutes", [&] { return finals_ >= wanted; });
      !status.ok()) {
    return status;
  }
  append(text_, std::exchange(new_text_, {}));
  std::move(new_words_.begin(), new_words_.end(), std::back_inserter(words_));
  new_words_.clear();
  return {};
}

void RecognitionStream::final(const va::Transcript& transcript) {
  const std::lock_guard lock(mutex_);
  append(new_text_, transcript.text);
  for (const va::Word& word : transcript.words) {
    new_words_.push_back({std::string(word.text), word.start, word.end, word.confidence});
  }
  ++finals_;
  changed_.notify_all();
}

void RecognitionStream::writable() {
  const std::lock_guard lock(mutex_);
  writable_ = true;
  changed_.notify_all();
}

void RecognitionStream::error(const va::ProviderError& error) {
  const std::lock_guard lock(mutex_);
  error_ = va::Status(error.code, std::string(error.message));
  changed_.notify_all();
}

void RecognitionStream::closed() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace cli
