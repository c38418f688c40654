// Providers that do what a test tells them, right or wrong: each stream writes down what it was
// told and leaves its sink to the test.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "voiceagent/llm.h"
#include "voiceagent/stt.h"
#include "voiceagent/tts.h"

namespace voiceagent::test {

// What the puppets of all kinds have in common. A Line is what the test holds of a stream.
template <class Sink>
class Puppet {
 public:
  struct Line {
    Sink* sink = nullptr;
    std::string log;    // a letter a call: t(ext), f(lush), F(inish), r(esume), c(ancel)
    bool alive = true;  // the stream has not been destroyed
    bool closed = false;
    bool accepts = true;             // audio or text
    bool closes_on_cancel = true;    // at once, as a good provider does
    std::int64_t samples = 0;        // taken
    int rate = 0;                    // asked for
    std::vector<std::string> texts;  // taken; of a model, the messages

    void close() {
      closed = true;
      sink->closed();
    }
    void cancel() {
      log += 'c';
      if (closes_on_cancel && !closed) close();
    }
  };

  Status start_status;  // not ok: no stream begins
  bool makes_nothing = false;
  bool calls_early = false;      // the sink, before start() has returned
  bool closes_on_cancel = true;  // of the streams to come
  bool accepts = true;
  std::vector<std::shared_ptr<Line>> lines;  // all streams, in the order of their start
  int warmed_up = 0;                         // so many times

  // The latest stream. REQUIRES: one has begun.
  Line& line() { return *lines.at(lines.size() - 1); }
  std::size_t alive() const {
    std::size_t count = 0;
    for (const auto& line : lines) count += line->alive ? 1 : 0;
    return count;
  }

 protected:
  ~Puppet() = default;

  template <class Stream, class Base>
  Result<std::unique_ptr<Base>> begin(Sink& sink) {
    auto line = std::make_shared<Line>();
    line->sink = &sink;
    line->closes_on_cancel = closes_on_cancel;
    line->accepts = accepts;
    if (calls_early) sink.error({ErrorCode::kInternal, "called before it began"});
    if (calls_early && !start_status.ok()) sink.closed();
    if (!start_status.ok()) return start_status;
    if (makes_nothing) return std::unique_ptr<Base>();
    lines.push_back(line);
    return std::unique_ptr<Base>(std::make_unique<Stream>(std::move(line)));
  }
  // What the streams of all kinds do.
  template <class Base>
  class StreamOf : public Base {
   public:
    explicit StreamOf(std::shared_ptr<Line> line) : line_(std::move(line)) {}
    ~StreamOf() override { line_->alive = false; }
    void cancel() override { line_->cancel(); }

   protected:
    const std::shared_ptr<Line> line_;
  };
};

class SttPuppet final : public SttProvider, public Puppet<SttSink> {
 public:
  SttCapabilities can{{16'000}, true, true, true, {}};

  const SttCapabilities& capabilities() const override { return can; }
  void warm_up(const WarmUp&) override { ++warmed_up; }
  Result<std::unique_ptr<SttStream>> start(const SttRequest& request, SttSink& sink) override {
    auto stream = begin<Stream, SttStream>(sink);
    if (stream.ok() && !makes_nothing) line().rate = request.sample_rate;
    return stream;
  }
  void partial(std::string_view text) { line().sink->partial({text, 1.0F, {}, {}}); }
  void final(std::string_view text) { line().sink->final({text, 1.0F, {}, {}}); }

 private:
  class Stream final : public StreamOf<SttStream> {
   public:
    using StreamOf::StreamOf;
    bool audio(AudioView audio) override {
      if (line_->accepts) line_->samples += static_cast<std::int64_t>(audio.samples.size());
      return line_->accepts;
    }
    void flush() override { line_->log += 'f'; }
    void finish() override { line_->log += 'F'; }
  };
};

class LlmPuppet final : public LlmProvider, public Puppet<LlmSink> {
 public:
  void warm_up(const WarmUp&) override { ++warmed_up; }
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    auto stream = begin<StreamOf<LlmStream>, LlmStream>(sink);
    if (stream.ok() && !makes_nothing) {
      for (const Message& message : request.messages) line().texts.emplace_back(message.text);
      asked.push_back(transcript(request.messages));
      may_call.push_back(request.may_call_tools);
      tools = request.tools.size();
    }
    return stream;
  }
  // The messages of each request, as "user: hi | assistant: let me see [c1 weather {}] | c1:
  // sunny".
  std::vector<std::string> asked;
  std::vector<bool> may_call;  // tools, in each request
  std::size_t tools = 0;       // offered in the latest request
  // A reply in one piece, done and closed.
  void reply(std::string_view text) {
    line().sink->delta(text);
    line().sink->done({}, FinishReason::kStop);
    line().close();
  }
  // A call of a tool, done and closed.
  void call(std::string_view id, std::string_view tool, std::string_view arguments = "{}") {
    line().sink->tool_call({id, tool, arguments});
    end_with_calls();
  }
  void end_with_calls() {
    line().sink->done({10, 5}, FinishReason::kToolCalls);
    line().close();
  }

 private:
  static std::string transcript(std::span<const Message> messages) {
    std::string all;
    for (const Message& message : messages) {
      if (!all.empty()) all += " | ";
      all += message.role == Role::kTool ? message.tool_call_id : to_string(message.role);
      all.append(": ").append(message.text);
      if (message.interrupted) all += '-';
      for (const ToolCall& call : message.tool_calls) {
        all.append(" [").append(call.id).append(" ").append(call.name).append(" ");
        all.append(call.arguments).append("]");
      }
    }
    return all;
  }
};

class TtsPuppet final : public TtsProvider, public Puppet<TtsSink> {
 public:
  TtsCapabilities can{16'000, false, {}, {}};

  const TtsCapabilities& capabilities() const override { return can; }
  void warm_up(const WarmUp&) override { ++warmed_up; }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest&, TtsSink& sink) override {
    return begin<Stream, TtsStream>(sink);
  }
  // So much loud audio at 16 kHz. False: refused.
  bool speak(Duration length, int rate = 16'000) {
    const std::vector<std::int16_t> samples(
        static_cast<std::size_t>(duration_to_samples(length, rate)), 9'000);
    return line().sink->audio({samples, rate});
  }

 private:
  class Stream final : public StreamOf<TtsStream> {
   public:
    using StreamOf::StreamOf;
    bool text(std::string_view piece) override {
      line_->log += 't';
      if (line_->accepts) line_->texts.emplace_back(piece);
      return line_->accepts;
    }
    void flush() override { line_->log += 'f'; }
    void finish() override { line_->log += 'F'; }
    void resume() override { line_->log += 'r'; }
  };
};

}  // namespace voiceagent::test
