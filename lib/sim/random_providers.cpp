#include "sim/random_providers.h"

#include <algorithm>
#include <utility>

#include "sim/random_tools.h"
#include "sim/random_words.h"

namespace voiceagent::sim {
namespace {

using Records = std::shared_ptr<ProviderRecords>;

// "r3x0 r3x1, r3x2."
std::string reply_text(std::uint32_t number, int words, Chance& chance) {
  std::string text;
  for (int i = 0; i < words; ++i) {
    if (i > 0) text += ' ';
    text += UniqueWord{Voice::kReply, number, static_cast<std::uint32_t>(i)}.text();
    const bool last = i + 1 == words;
    if (last || chance.yes(0.12)) {
      text += chance.yes(0.8) ? '.' : '?';
    } else if (chance.yes(0.12)) {
      text += ',';
    }
  }
  return text;
}

// Word by word, or in pieces of any length. Pieces that may change places are words.
std::vector<LlmStep> cut(const std::string& text, bool words, Chance& chance) {
  std::vector<LlmStep> steps;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = text.find(' ', at + 1);
    const std::size_t end =
        words ? std::min(space, text.size())
              : std::min(at + static_cast<std::size_t>(chance.between(1, 12)), text.size());
    steps.push_back({Duration(0), text.substr(at, end - at)});
    at = end;
  }
  return steps;
}

LlmScript random_replies(const RandomPlan& plan, const LlmDelivery& delivery,
                         const Records& records) {
  return [seed = plan.seed, most = plan.reply_words, ordered = delivery.faults.out_of_order <= 0,
          tools = plan.tools, records](std::span<const Message> messages) {
    const std::size_t number = records->requests.size() - 1;
    Chance chance(seed, 1000 + number);
    if (chance.yes(0.03)) return std::vector<LlmStep>();  // it has nothing to say
    const bool after_tools = !messages.empty() && messages.back().role == Role::kTool;
    const std::vector<LlmStep> calls = draw_calls(chance, tools, after_tools);
    if (!calls.empty() && chance.yes(0.5)) return calls;
    const int words = chance.between(1, most);
    const std::string text = reply_text(static_cast<std::uint32_t>(number), words, chance);
    std::vector<LlmStep> steps = cut(text, !ordered || chance.yes(0.5), chance);
    steps.insert(steps.end(), calls.begin(), calls.end());
    return steps;
  };
}

class RecordedReply final : public LlmStream {
 public:
  RecordedReply(std::unique_ptr<LlmStream> stream, Records records, std::size_t number)
      : stream_(std::move(stream)), records_(std::move(records)), number_(number) {}
  ~RecordedReply() override { records_->requests[number_].gone = true; }
  RecordedReply(const RecordedReply&) = delete;
  RecordedReply& operator=(const RecordedReply&) = delete;
  void cancel() override {
    records_->requests[number_].cancelled = true;
    stream_->cancel();
  }

 private:
  const std::unique_ptr<LlmStream> stream_;
  const Records records_;
  const std::size_t number_;
};

class RecordedLlm final : public LlmProvider {
 public:
  RecordedLlm(std::shared_ptr<LlmProvider> llm, Records records)
      : llm_(std::move(llm)), records_(std::move(records)) {}
  Result<std::unique_ptr<LlmStream>> start(const LlmRequest& request, LlmSink& sink) override {
    const std::size_t number = records_->requests.size();
    ReplyRequest& record = records_->requests.emplace_back();
    record.messages = request.messages.size() - static_cast<std::size_t>(std::ranges::count(
                                                    request.messages, Role::kTool, &Message::role));
    for (const Message& message : request.messages) {
      if (message.role == Role::kAssistant) continue;  // its rest may be asked for
      record.asked = message.text;
      record.role = message.role;
    }
    Result<std::unique_ptr<LlmStream>> stream = llm_->start(request, sink);
    records_->requests[number].refused = !stream.ok();
    if (!stream.ok()) return stream;
    return std::unique_ptr<LlmStream>(
        std::make_unique<RecordedReply>(std::move(*stream), records_, number));
  }

 private:
  const std::shared_ptr<LlmProvider> llm_;
  const Records records_;
};

class CountingSink final : public TtsSink {
 public:
  CountingSink(TtsSink& sink, Records records, std::size_t number)
      : sink_(sink), records_(std::move(records)), number_(number) {}
  bool audio(AudioView audio) override {
    if (!sink_.audio(audio)) return false;
    SpeechStream& record = records_->speech[number_];
    record.accepted += static_cast<std::int64_t>(audio.samples.size());
    if (record.cancelled) return true;
    const Duration unheard =
        samples_to_duration(record.accepted - record.fetched, audio.sample_rate);
    records_->unheard_at_most = std::max(records_->unheard_at_most, unheard - audio.duration());
    return true;
  }
  void timing(const SpokenSpan& span) override { sink_.timing(span); }
  void done() override { sink_.done(); }
  void error(const ProviderError& error) override { sink_.error(error); }
  void closed() override { sink_.closed(); }

 private:
  TtsSink& sink_;
  const Records records_;
  const std::size_t number_;
};

class RecordedSpeech final : public TtsStream {
 public:
  RecordedSpeech(std::unique_ptr<CountingSink> sink, std::unique_ptr<TtsStream> stream,
                 Records records, std::size_t number)
      : sink_(std::move(sink)),
        stream_(std::move(stream)),
        records_(std::move(records)),
        number_(number) {}
  ~RecordedSpeech() override { record().gone = true; }
  RecordedSpeech(const RecordedSpeech&) = delete;
  RecordedSpeech& operator=(const RecordedSpeech&) = delete;
  bool text(std::string_view piece) override {
    if (!stream_->text(piece)) return false;
    record().text += piece;
    return true;
  }
  void flush() override { stream_->flush(); }
  void finish() override { stream_->finish(); }
  void cancel() override {
    record().cancelled = true;
    stream_->cancel();
  }
  void resume() override { stream_->resume(); }

 private:
  SpeechStream& record() { return records_->speech[number_]; }

  const std::unique_ptr<CountingSink> sink_;  // outlives the stream
  const std::unique_ptr<TtsStream> stream_;
  const Records records_;
  const std::size_t number_;
};

class RecordedTts final : public TtsProvider {
 public:
  RecordedTts(std::shared_ptr<TtsProvider> tts, Records records)
      : tts_(std::move(tts)), records_(std::move(records)) {}
  const TtsCapabilities& capabilities() const override { return tts_->capabilities(); }
  Result<std::unique_ptr<TtsStream>> start(const TtsRequest& request, TtsSink& sink) override {
    const std::size_t number = records_->speech.size();
    records_->speech.emplace_back();
    auto counting = std::make_unique<CountingSink>(sink, records_, number);
    Result<std::unique_ptr<TtsStream>> stream = tts_->start(request, *counting);
    records_->speech[number].refused = !stream.ok();
    if (!stream.ok()) return stream;
    return std::unique_ptr<TtsStream>(std::make_unique<RecordedSpeech>(
        std::move(counting), std::move(*stream), records_, number));
  }

 private:
  const std::shared_ptr<TtsProvider> tts_;
  const Records records_;
};

}  // namespace

std::shared_ptr<LlmProvider> recorded_llm(const RandomPlan& plan, const LlmDelivery& delivery,
                                          Records records) {
  return std::make_shared<RecordedLlm>(
      scripted_llm(random_replies(plan, delivery, records), delivery), records);
}

std::shared_ptr<TtsProvider> recorded_tts(const TtsScript& script, Records records) {
  return std::make_shared<RecordedTts>(scripted_tts(script), std::move(records));
}

}  // namespace voiceagent::sim
