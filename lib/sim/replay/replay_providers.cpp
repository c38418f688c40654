#include "sim/replay/replay_providers.h"

#include "sim/record/news_code.h"
#include "sim/record/recording_tools.h"
#include "sim/record/sink_code.h"
#include "voiceagent/llm.h"
#include "voiceagent/stt.h"
#include "voiceagent/tts.h"
#include "voiceagent/vad.h"

namespace voiceagent {
namespace {

// The session's observer; gone with the stream, and then nobody is told.
using Observer = std::shared_ptr<StreamObserver*>;

// A stream that does nothing by itself. One that was not recorded closes when it is told to end.
template <class Stream, StreamKind kKind>
class ReplayStream : public Stream {
 public:
  ReplayStream(ReplayStreams& streams, std::uint64_t number, Observer observer)
      : streams_(streams), number_(number), observer_(std::move(observer)) {}
  ~ReplayStream() override { streams_.forget(kKind, number_); }
  void cancel() override {
    streams_.cancel(kKind, number_);
    end();
  }

 protected:
  bool push() { return streams_.takes(kKind, number_, ++pushes_); }
  void ask_to_settle() { streams_.flush(number_); }
  void end() {
    if (!streams_.recorded(kKind, number_)) streams_.close(kKind, number_);
  }

 private:
  ReplayStreams& streams_;
  const std::uint64_t number_;
  const Observer observer_;
  std::uint64_t pushes_ = 0;
};

class ReplaySttStream final : public ReplayStream<SttStream, StreamKind::kStt> {
 public:
  using ReplayStream::ReplayStream;
  bool audio(AudioView) override { return push(); }
  void flush() override { ask_to_settle(); }
  void finish() override { end(); }
};

class ReplayLlmStream final : public ReplayStream<LlmStream, StreamKind::kLlm> {
 public:
  using ReplayStream::ReplayStream;
};

class ReplayTtsStream final : public ReplayStream<TtsStream, StreamKind::kTts> {
 public:
  using ReplayStream::ReplayStream;
  bool text(std::string_view) override { return push(); }
  void flush() override {}
  void finish() override { end(); }
  void resume() override {}
};

class ReplayDetectorStream final
    : public ReplayStream<TurnDetectorStream, StreamKind::kTurnDetector> {
 public:
  using ReplayStream::ReplayStream;
  void audio(AudioView) override {}
  void ask(const TurnQuestion&) override {}
};

class ReplayVadStream final : public VadStream {
 public:
  ReplayVadStream(ReplayStreams& streams, std::uint64_t number)
      : streams_(streams), number_(number) {}
  float process(std::span<const std::int16_t>) override { return streams_.probability(number_); }
  void reset() override {}

 private:
  ReplayStreams& streams_;
  const std::uint64_t number_;
};

// In a task, as when it was recorded.
void post_news(ReplayStreams& streams, std::string_view bytes,
               const std::weak_ptr<StreamObserver*>& told) {
  streams.post([told, news = std::string(bytes)] {
    ByteReader in(news);
    const Observer observer = told.lock();
    if (observer != nullptr && *observer != nullptr) tell_news(in, **observer);
  });
}

template <class Made, class Stream, class Request, class Sink>
Result<std::unique_ptr<Stream>> start(ReplayStreams& streams, StreamKind kind,
                                      const Request& request, Sink& sink) {
  auto observer = std::make_shared<StreamObserver*>(request.context.observer);
  const Result<std::uint64_t> number =
      streams.start(kind, [&sink, &streams, told = std::weak_ptr(observer)](ByteReader& bytes) {
        const bool news = !bytes.at_end() && is_news(static_cast<SinkCall>(bytes.rest()[0]));
        if (news) return post_news(streams, bytes.rest(), told);
        tell(bytes, sink);
      });
  if (!number.ok()) return number.status();
  return std::unique_ptr<Stream>(std::make_unique<Made>(streams, *number, std::move(observer)));
}

class ReplayStt final : public SttProvider {
 public:
  ReplayStt(SttCapabilities can, ReplayStreams& streams)
      : can_(std::move(can)), streams_(streams) {}
  const SttCapabilities& capabilities() const override { return can_; }
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    return voiceagent::start<ReplaySttStream, SttStream>(streams_, StreamKind::kStt, request, sink);
  }

 private:
  const SttCapabilities can_;
  ReplayStreams& streams_;
};

class ReplayLlm final : public LlmProvider {
 public:
  explicit ReplayLlm(ReplayStreams& streams) : streams_(streams) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    return voiceagent::start<ReplayLlmStream, LlmStream>(streams_, StreamKind::kLlm, request, sink);
  }

 private:
  ReplayStreams& streams_;
};

class ReplayTts final : public TtsProvider {
 public:
  ReplayTts(TtsCapabilities can, ReplayStreams& streams)
      : can_(std::move(can)), streams_(streams) {}
  const TtsCapabilities& capabilities() const override { return can_; }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    return voiceagent::start<ReplayTtsStream, TtsStream>(streams_, StreamKind::kTts, request, sink);
  }

 private:
  const TtsCapabilities can_;
  ReplayStreams& streams_;
};

class ReplayDetector final : public TurnDetectorProvider {
 public:
  explicit ReplayDetector(ReplayStreams& streams) : streams_(streams) {}
  Result<std::unique_ptr<TurnDetectorStream>> start(const TurnDetectorRequest& request,
                                                    TurnDetectorSink& sink) override {
    return voiceagent::start<ReplayDetectorStream, TurnDetectorStream>(
        streams_, StreamKind::kTurnDetector, request, sink);
  }

 private:
  ReplayStreams& streams_;
};

class ReplayVad final : public VadProvider {
 public:
  ReplayVad(VadFormat format, ReplayStreams& streams) : format_(format), streams_(streams) {}
  VadFormat format() const override { return format_; }
  Result<std::unique_ptr<VadStream>> start(const StreamContext&) override {
    const Result<std::uint64_t> number = streams_.start(StreamKind::kVad, nullptr);
    if (!number.ok()) return number.status();
    return std::unique_ptr<VadStream>(std::make_unique<ReplayVadStream>(streams_, *number));
  }

 private:
  const VadFormat format_;
  ReplayStreams& streams_;
};

std::vector<std::string> names(const Json& json) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < json.size(); ++i) all.emplace_back(json.at(i).string());
  return all;
}

SttCapabilities stt_capabilities(const Json& json) {
  SttCapabilities can;
  for (std::size_t i = 0; i < json["sample_rates"].size(); ++i) {
    can.sample_rates.push_back(static_cast<int>(json["sample_rates"].at(i).integer()));
  }
  can.partials = json["partials"].boolean();
  can.word_times = json["word_times"].boolean();
  can.turn_signals = json["turn_signals"].boolean();
  can.languages = names(json["languages"]);
  return can;
}

TtsCapabilities tts_capabilities(const Json& json) {
  TtsCapabilities can;
  can.sample_rate = static_cast<int>(json["sample_rate"].integer(can.sample_rate));
  can.word_timings = json["word_timings"].boolean();
  can.voices = names(json["voices"]);
  can.languages = names(json["languages"]);
  return can;
}

}  // namespace

std::vector<Tool> replay_tools(const Recording& recording, ReplayStreams& streams) {
  std::vector<Tool> tools = read_tools(recording.setup["tools"]);
  for (Tool& tool : tools) {
    if (tool.handler == nullptr) continue;
    tool.handler = [&streams](const std::shared_ptr<ToolReply>& reply) {
      streams.begin_call(reply->number(), [reply](ByteReader& in) { tell(in, *reply); });
    };
  }
  return tools;
}

SessionProviders replay_providers(const Recording& recording, ReplayStreams& streams) {
  const Json there = recording.setup["providers"];
  SessionProviders providers;
  if (there.has("stt")) {
    providers.stt = std::make_shared<ReplayStt>(stt_capabilities(there["stt"]), streams);
  }
  if (there["llm"].boolean()) providers.llm = std::make_shared<ReplayLlm>(streams);
  if (there["turn_detector"].boolean()) {
    providers.turn_detector = std::make_shared<ReplayDetector>(streams);
  }
  if (there.has("tts")) {
    providers.tts = std::make_shared<ReplayTts>(tts_capabilities(there["tts"]), streams);
  }
  if (there.has("vad")) {
    VadFormat format;
    format.sample_rate = static_cast<int>(there["vad"]["sample_rate"].integer(format.sample_rate));
    format.frame_samples = static_cast<std::size_t>(
        there["vad"]["frame_samples"].integer(static_cast<std::int64_t>(format.frame_samples)));
    providers.vad = std::make_shared<ReplayVad>(format, streams);
  }
  return providers;
}

}  // namespace voiceagent
