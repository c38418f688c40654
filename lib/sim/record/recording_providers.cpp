#include "sim/record/recording_providers.h"

#include <utility>

#include "sim/record/recording_observer.h"
#include "sim/record/sink_code.h"
#include "sim/record/sink_notes.h"
#include "voiceagent/vad.h"

namespace voiceagent {
namespace {

// A stream and what all kinds of it need. Session's executor.
template <class Stream>
class StreamNotes {
 public:
  StreamNotes(std::shared_ptr<RecordingExecutor> executor, StreamKind kind, std::uint64_t stream,
              StreamObserver* told)
      : executor_(std::move(executor)),
        kind_(kind),
        stream_(stream),
        observer_(executor_, SinkNotes(executor_, kind, stream), told) {}

  Stream& real() { return *real_; }
  RecordingLog& log() { return executor_->log(); }

  // Starts the real stream for `recording`, the one around it.
  template <class Provider, class Request, class Sink, class Recording>
  static Result<std::unique_ptr<Stream>> start(Provider& provider, const Request& request,
                                               Sink& sink,
                                               std::shared_ptr<RecordingExecutor> executor,
                                               StreamKind kind) {
    RecordingLog& log = executor->log();
    auto recording = std::make_unique<Recording>(executor, kind, log.next_stream(kind), sink,
                                                 request.context.observer);
    Request own = request;
    own.context.executor = executor->real().get();
    own.context.observer = recording->notes().observer_.real();
    Result<std::unique_ptr<Stream>> real = provider.start(own, recording->sink());
    if (real.ok() && *real == nullptr) real = internal_error("the provider made no stream");
    log.started(executor->now(), kind, real.status());
    if (!real.ok()) return real.status();
    recording->notes().real_ = std::move(*real);
    return std::unique_ptr<Stream>(std::move(recording));
  }

  // What the real stream says to the next push: whether it was taken.
  bool pushed(bool taken) {
    ++pushes_;
    if (!taken) log().refusal(kind_, stream_, pushes_);
    return taken;
  }
  // REQUIRES: a recogniser's stream, which is about to be asked to settle.
  void flushed() { log().flush(executor_->now(), stream_); }

 private:
  const std::shared_ptr<RecordingExecutor> executor_;
  const StreamKind kind_;
  const std::uint64_t stream_;
  RecordingObserver observer_;  // outlives the real stream
  std::uint64_t pushes_ = 0;
  std::unique_ptr<Stream> real_;
};

class RecordingSttSink final : public SttSink {
 public:
  RecordingSttSink(SinkNotes notes, SttSink& sink) : notes_(std::move(notes)), sink_(sink) {}
  void partial(const Transcript& t) override {
    notes_.note(
        SinkCall::kPartial, [&](ByteWriter& out) { write_transcript(out, t); },
        [&] { sink_.partial(t); });
  }
  void final(const Transcript& t) override {
    notes_.note(
        SinkCall::kFinal, [&](ByteWriter& out) { write_transcript(out, t); },
        [&] { sink_.final(t); });
  }
  void turn_signal(TurnSignal signal, float probability) override {
    const auto args = [&](ByteWriter& out) {
      out.choice(signal);
      out.real(probability);
    };
    notes_.note(SinkCall::kTurnSignal, args, [&] { sink_.turn_signal(signal, probability); });
  }
  void writable() override {
    notes_.note(SinkCall::kWritable, [&] { sink_.writable(); });
  }
  void error(const ProviderError& error) override {
    notes_.note(
        SinkCall::kError, [&](ByteWriter& out) { write_error(out, error); },
        [&] { sink_.error(error); });
  }
  void closed() override {
    notes_.note(SinkCall::kClosed, [&] { sink_.closed(); });
  }

 private:
  SinkNotes notes_;
  SttSink& sink_;
};

class RecordingLlmSink final : public LlmSink {
 public:
  RecordingLlmSink(SinkNotes notes, LlmSink& sink) : notes_(std::move(notes)), sink_(sink) {}
  void delta(std::string_view text) override {
    notes_.note(
        SinkCall::kDelta, [&](ByteWriter& out) { out.text(text); }, [&] { sink_.delta(text); });
  }
  void intent(const Intent& intent) override {
    notes_.note(
        SinkCall::kIntent, [&](ByteWriter& out) { write_intent(out, intent); },
        [&] { sink_.intent(intent); });
  }
  void tool_call(const ToolCall& call) override {
    notes_.note(
        SinkCall::kToolCall, [&](ByteWriter& out) { write_tool_call(out, call); },
        [&] { sink_.tool_call(call); });
  }
  void done(const Usage& usage, FinishReason reason) override {
    const auto args = [&](ByteWriter& out) {
      out.signed_number(usage.input_tokens);
      out.signed_number(usage.output_tokens);
      out.choice(reason);
    };
    notes_.note(SinkCall::kReplyDone, args, [&] { sink_.done(usage, reason); });
  }
  void error(const ProviderError& error) override {
    notes_.note(
        SinkCall::kError, [&](ByteWriter& out) { write_error(out, error); },
        [&] { sink_.error(error); });
  }
  void closed() override {
    notes_.note(SinkCall::kClosed, [&] { sink_.closed(); });
  }

 private:
  SinkNotes notes_;
  LlmSink& sink_;
};

class RecordingTtsSink final : public TtsSink {
 public:
  RecordingTtsSink(SinkNotes notes, TtsSink& sink) : notes_(std::move(notes)), sink_(sink) {}
  // Audio that the session refuses never reaches it, and so leaves no record.
  bool audio(AudioView audio) override {
    return notes_.note(
        SinkCall::kAudio, [&](ByteWriter& out) { write_audio(out, audio); },
        [&] { return sink_.audio(audio); });
  }
  void timing(const SpokenSpan& span) override {
    const auto args = [&](ByteWriter& out) {
      out.number(span.text.begin);
      out.number(span.text.end);
      out.signed_number(span.begin_sample);
      out.signed_number(span.end_sample);
    };
    notes_.note(SinkCall::kTiming, args, [&] { sink_.timing(span); });
  }
  void done() override {
    notes_.note(SinkCall::kSpoken, [&] { sink_.done(); });
  }
  void error(const ProviderError& error) override {
    notes_.note(
        SinkCall::kError, [&](ByteWriter& out) { write_error(out, error); },
        [&] { sink_.error(error); });
  }
  void closed() override {
    notes_.note(SinkCall::kClosed, [&] { sink_.closed(); });
  }

 private:
  SinkNotes notes_;
  TtsSink& sink_;
};

class RecordingTurnDetectorSink final : public TurnDetectorSink {
 public:
  RecordingTurnDetectorSink(SinkNotes notes, TurnDetectorSink& sink)
      : notes_(std::move(notes)), sink_(sink) {}
  void estimate(std::uint64_t question, float probability) override {
    const auto args = [&](ByteWriter& out) {
      out.number(question);
      out.real(probability);
    };
    notes_.note(SinkCall::kEstimate, args, [&] { sink_.estimate(question, probability); });
  }
  void error(const ProviderError& error) override {
    notes_.note(
        SinkCall::kError, [&](ByteWriter& out) { write_error(out, error); },
        [&] { sink_.error(error); });
  }
  void closed() override {
    notes_.note(SinkCall::kClosed, [&] { sink_.closed(); });
  }

 private:
  SinkNotes notes_;
  TurnDetectorSink& sink_;
};

// A stream's methods are the session's own doing: they need no record, but for what they return.
// The sink must outlive the real stream.
template <class Stream, class RecordingSink, class Sink>
class RecordingStream : public Stream {
 public:
  RecordingStream(std::shared_ptr<RecordingExecutor> executor, StreamKind kind,
                  std::uint64_t stream, Sink& sink, StreamObserver* told)
      : sink_(SinkNotes(executor, kind, stream), sink), notes_(executor, kind, stream, told) {}
  RecordingSink& sink() { return sink_; }
  StreamNotes<Stream>& notes() { return notes_; }
  void cancel() override { real().cancel(); }

 protected:
  Stream& real() { return notes_.real(); }

 private:
  RecordingSink sink_;
  StreamNotes<Stream> notes_;
};

class RecordingSttStream final : public RecordingStream<SttStream, RecordingSttSink, SttSink> {
 public:
  using RecordingStream::RecordingStream;
  bool audio(AudioView audio) override { return notes().pushed(real().audio(audio)); }
  void flush() override {
    notes().flushed();
    real().flush();
  }
  void finish() override { real().finish(); }
};

class RecordingLlmStream final : public RecordingStream<LlmStream, RecordingLlmSink, LlmSink> {
 public:
  using RecordingStream::RecordingStream;
};

class RecordingTtsStream final : public RecordingStream<TtsStream, RecordingTtsSink, TtsSink> {
 public:
  using RecordingStream::RecordingStream;
  bool text(std::string_view piece) override { return notes().pushed(real().text(piece)); }
  void flush() override { real().flush(); }
  void finish() override { real().finish(); }
  void resume() override { real().resume(); }
};

class RecordingDetectorStream final
    : public RecordingStream<TurnDetectorStream, RecordingTurnDetectorSink, TurnDetectorSink> {
 public:
  using RecordingStream::RecordingStream;
  void audio(AudioView audio) override { real().audio(audio); }
  void ask(const TurnQuestion& question) override { real().ask(question); }
};

class RecordingStt final : public SttProvider {
 public:
  RecordingStt(std::shared_ptr<SttProvider> real, std::shared_ptr<RecordingExecutor> executor)
      : real_(std::move(real)), executor_(std::move(executor)) {}
  const SttCapabilities& capabilities() const override { return real_->capabilities(); }
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    return StreamNotes<SttStream>::start<SttProvider, SttRequest, SttSink, RecordingSttStream>(
        *real_, request, sink, executor_, StreamKind::kStt);
  }
  void warm_up(const WarmUp& means) override { real_->warm_up(means); }

 private:
  const std::shared_ptr<SttProvider> real_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

class RecordingLlm final : public LlmProvider {
 public:
  RecordingLlm(std::shared_ptr<LlmProvider> real, std::shared_ptr<RecordingExecutor> executor)
      : real_(std::move(real)), executor_(std::move(executor)) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    return StreamNotes<LlmStream>::start<LlmProvider, LlmRequest, LlmSink, RecordingLlmStream>(
        *real_, request, sink, executor_, StreamKind::kLlm);
  }
  void warm_up(const WarmUp& means) override { real_->warm_up(means); }

 private:
  const std::shared_ptr<LlmProvider> real_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

class RecordingTts final : public TtsProvider {
 public:
  RecordingTts(std::shared_ptr<TtsProvider> real, std::shared_ptr<RecordingExecutor> executor)
      : real_(std::move(real)), executor_(std::move(executor)) {}
  const TtsCapabilities& capabilities() const override { return real_->capabilities(); }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    return StreamNotes<TtsStream>::start<TtsProvider, TtsRequest, TtsSink, RecordingTtsStream>(
        *real_, request, sink, executor_, StreamKind::kTts);
  }
  void warm_up(const WarmUp& means) override { real_->warm_up(means); }

 private:
  const std::shared_ptr<TtsProvider> real_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

class RecordingDetector final : public TurnDetectorProvider {
 public:
  RecordingDetector(std::shared_ptr<TurnDetectorProvider> real,
                    std::shared_ptr<RecordingExecutor> executor)
      : real_(std::move(real)), executor_(std::move(executor)) {}
  Result<std::unique_ptr<TurnDetectorStream>> start(const TurnDetectorRequest& request,
                                                    TurnDetectorSink& sink) override {
    return StreamNotes<TurnDetectorStream>::start<TurnDetectorProvider, TurnDetectorRequest,
                                                  TurnDetectorSink, RecordingDetectorStream>(
        *real_, request, sink, executor_, StreamKind::kTurnDetector);
  }

 private:
  const std::shared_ptr<TurnDetectorProvider> real_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

class RecordingVadStream final : public VadStream {
 public:
  RecordingVadStream(std::unique_ptr<VadStream> real, std::shared_ptr<RecordingExecutor> executor,
                     std::uint64_t stream)
      : real_(std::move(real)), executor_(std::move(executor)), stream_(stream) {}
  float process(std::span<const std::int16_t> frame) override {
    const float probability = real_->process(frame);
    executor_->log().vad(stream_, probability);
    return probability;
  }
  void reset() override { real_->reset(); }

 private:
  const std::unique_ptr<VadStream> real_;
  const std::shared_ptr<RecordingExecutor> executor_;
  const std::uint64_t stream_;
};

class RecordingVad final : public VadProvider {
 public:
  RecordingVad(std::shared_ptr<VadProvider> real, std::shared_ptr<RecordingExecutor> executor)
      : real_(std::move(real)), executor_(std::move(executor)) {}
  VadFormat format() const override { return real_->format(); }
  Result<std::unique_ptr<VadStream>> start(const StreamContext& context) override {
    RecordingLog& log = executor_->log();
    const std::uint64_t stream = log.next_stream(StreamKind::kVad);
    StreamContext own = context;
    own.executor = executor_->real().get();
    Result<std::unique_ptr<VadStream>> real = real_->start(own);
    if (real.ok() && *real == nullptr) real = internal_error("the provider made no detector");
    log.started(executor_->now(), StreamKind::kVad, real.status());
    if (!real.ok()) return real.status();
    return std::unique_ptr<VadStream>(
        std::make_unique<RecordingVadStream>(std::move(*real), executor_, stream));
  }

 private:
  const std::shared_ptr<VadProvider> real_;
  const std::shared_ptr<RecordingExecutor> executor_;
};

}  // namespace

SessionProviders recording_providers(const SessionProviders& real,
                                     const std::shared_ptr<RecordingExecutor>& executor) {
  SessionProviders recorded;
  if (real.stt) recorded.stt = std::make_shared<RecordingStt>(real.stt, executor);
  if (real.llm) recorded.llm = std::make_shared<RecordingLlm>(real.llm, executor);
  if (real.tts) recorded.tts = std::make_shared<RecordingTts>(real.tts, executor);
  if (real.vad) recorded.vad = std::make_shared<RecordingVad>(real.vad, executor);
  if (real.turn_detector) {
    recorded.turn_detector = std::make_shared<RecordingDetector>(real.turn_detector, executor);
  }
  return recorded;
}

}  // namespace voiceagent
