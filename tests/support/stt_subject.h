// One stream of a recogniser on a bench, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "support/stt_probe.h"
#include "support/workbench.h"
#include "voiceagent/stt.h"

namespace voiceagent::test {

class SttSubject {
 public:
  // `bench` outlives it.
  SttSubject(std::shared_ptr<SttProvider> provider, const Workbench& bench)
      : provider_(std::move(provider)), bench_(bench) {}

  // A stream may only go once it has said closed().
  ~SttSubject() {
    cancel();
    if (stream_ != nullptr) wait_closed();
    bench_.call([&] { stream_.reset(); });
  }
  SttSubject(const SttSubject&) = delete;
  SttSubject& operator=(const SttSubject&) = delete;

  Status start(std::string_view language = {}, int sample_rate = 16'000) {
    Status status;
    bench_.call([&] {
      SttRequest request;
      request.context = bench_.context();
      request.sample_rate = sample_rate;
      request.language = language;
      auto stream = provider_->start(request, probe_);
      status = stream.status();
      if (stream.ok()) stream_ = std::move(stream).value();
    });
    return status;
  }

  // Pushes samples in chunks; returns how many were accepted before one was refused.
  std::size_t feed(std::span<const std::int16_t> samples, std::size_t chunk = 320) {
    std::size_t fed = 0;
    on_stream([&](SttStream& stream) {
      while (fed < samples.size()) {
        const auto piece = samples.subspan(fed, std::min(chunk, samples.size() - fed));
        if (!stream.audio({piece, 16'000})) return;
        fed += piece.size();
      }
    });
    return fed;
  }
  bool audio(std::span<const std::int16_t> samples) {
    bool accepted = false;
    on_stream([&](SttStream& stream) { accepted = stream.audio({samples, 16'000}); });
    return accepted;
  }
  void flush() {
    on_stream([](SttStream& stream) { stream.flush(); });
  }
  void finish() {
    on_stream([](SttStream& stream) { stream.finish(); });
  }
  void cancel() {
    on_stream([](SttStream& stream) { stream.cancel(); });
  }

  template <class Reached>
  bool wait(Reached reached) {
    return bench_.wait(probe_, reached);
  }
  bool wait_finals(std::int64_t count) {
    return wait([count](const SttRecord& r) { return r.count('f') >= count; });
  }
  bool wait_closed() {
    return wait([](const SttRecord& r) { return r.count('c') > 0; });
  }
  SttRecord record() const { return probe_.record(); }

 private:
  template <class Use>
  void on_stream(Use use) {
    if (stream_ == nullptr) return;
    bench_.call([&] { use(*stream_); });
  }

  const std::shared_ptr<SttProvider> provider_;
  const Workbench& bench_;
  SttProbe probe_;
  std::unique_ptr<SttStream> stream_;
};

}  // namespace voiceagent::test
