#include "sim/record/sink_code.h"

#include <vector>

#include "sim/record/pcm_code.h"

namespace voiceagent {
namespace {

constexpr ErrorCode kLastError = ErrorCode::kInternal;

ProviderError read_error(ByteReader& in) {
  ProviderError error;
  error.code = in.choice(kLastError);
  error.message = in.text();
  return error;
}

// Calls `done(const Transcript&)` with what write_transcript() wrote.
template <class Done>
void read_transcript(ByteReader& in, Done done) {
  Transcript transcript;
  transcript.text = in.text();
  transcript.language = in.text();
  transcript.confidence = in.real();
  std::vector<Word> words;
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    Word word;
    word.text = in.text();
    word.start = in.duration();
    word.end = in.duration();
    word.confidence = in.real();
    words.push_back(word);
  }
  transcript.words = words;
  if (in.ok()) done(transcript);
}

template <class Done>
void read_intent(ByteReader& in, Done done) {
  Intent intent;
  intent.name = in.text();
  intent.confidence = in.real();
  std::vector<Slot> slots;
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    Slot slot;
    slot.name = in.text();
    slot.value = in.text();
    slots.push_back(slot);
  }
  intent.slots = slots;
  if (in.ok()) done(intent);
}

// The end of every stream is alike.
template <class Sink>
void tell_end(SinkCall call, ByteReader& in, Sink& sink) {
  if (call == SinkCall::kError) {
    const ProviderError error = read_error(in);
    if (in.ok()) sink.error(error);
  } else if (call == SinkCall::kClosed) {
    if (in.ok()) sink.closed();
  } else {
    in.fail();
  }
}

}  // namespace

void write_transcript(ByteWriter& out, const Transcript& transcript) {
  out.text(transcript.text);
  out.text(transcript.language);
  out.real(transcript.confidence);
  out.number(transcript.words.size());
  for (const Word& word : transcript.words) {
    out.text(word.text);
    out.duration(word.start);
    out.duration(word.end);
    out.real(word.confidence);
  }
}

void write_intent(ByteWriter& out, const Intent& intent) {
  out.text(intent.name);
  out.real(intent.confidence);
  out.number(intent.slots.size());
  for (const Slot& slot : intent.slots) {
    out.text(slot.name);
    out.text(slot.value);
  }
}

void write_tool_call(ByteWriter& out, const ToolCall& call) {
  out.text(call.id);
  out.text(call.name);
  out.text(call.arguments);
}

void write_error(ByteWriter& out, const ProviderError& error) {
  out.choice(error.code);
  out.text(error.message);
}

void write_audio(ByteWriter& out, AudioView audio) {
  out.signed_number(audio.sample_rate);
  write_pcm(out, audio.samples);
}

void write_tool_answer(ByteWriter& out, const Result<std::string>& result) {
  const Status status = result.status();
  out.choice(status.code());
  out.text(result.ok() ? *result : status.message());
}

Pcm read_audio(ByteReader& in) {
  Pcm pcm;
  pcm.sample_rate = static_cast<int>(in.signed_number());
  read_pcm(in, pcm.samples);
  return pcm;
}

void tell(ByteReader& in, SttSink& sink) {
  switch (const SinkCall call = in.choice(SinkCall::kEstimate)) {
    case SinkCall::kPartial:
      return read_transcript(in, [&](const Transcript& t) { sink.partial(t); });
    case SinkCall::kFinal: return read_transcript(in, [&](const Transcript& t) { sink.final(t); });
    case SinkCall::kTurnSignal: {
      const TurnSignal signal = in.choice(TurnSignal::kResumed);
      const float probability = in.real();
      if (in.ok()) sink.turn_signal(signal, probability);
      return;
    }
    case SinkCall::kWritable:
      if (in.ok()) sink.writable();
      return;
    default: return tell_end(call, in, sink);
  }
}

void tell(ByteReader& in, LlmSink& sink) {
  switch (const SinkCall call = in.choice(SinkCall::kEstimate)) {
    case SinkCall::kDelta: {
      const std::string_view text = in.text();
      if (in.ok()) sink.delta(text);
      return;
    }
    case SinkCall::kIntent: return read_intent(in, [&](const Intent& i) { sink.intent(i); });
    case SinkCall::kToolCall: {
      ToolCall tool;
      tool.id = in.text();
      tool.name = in.text();
      tool.arguments = in.text();
      if (in.ok()) sink.tool_call(tool);
      return;
    }
    case SinkCall::kReplyDone: {
      Usage usage;
      usage.input_tokens = in.signed_number();
      usage.output_tokens = in.signed_number();
      const FinishReason reason = in.choice(FinishReason::kCancelled);
      if (in.ok()) sink.done(usage, reason);
      return;
    }
    default: return tell_end(call, in, sink);
  }
}

void tell(ByteReader& in, TtsSink& sink) {
  switch (const SinkCall call = in.choice(SinkCall::kEstimate)) {
    case SinkCall::kAudio: {
      const Pcm audio = read_audio(in);
      if (in.ok()) (void)sink.audio(audio.view());
      return;
    }
    case SinkCall::kTiming: {
      SpokenSpan span;
      span.text.begin = static_cast<std::size_t>(in.number());
      span.text.end = static_cast<std::size_t>(in.number());
      span.begin_sample = in.signed_number();
      span.end_sample = in.signed_number();
      if (in.ok()) sink.timing(span);
      return;
    }
    case SinkCall::kSpoken:
      if (in.ok()) sink.done();
      return;
    default: return tell_end(call, in, sink);
  }
}

void tell(ByteReader& in, TurnDetectorSink& sink) {
  const SinkCall call = in.choice(SinkCall::kEstimate);
  if (call != SinkCall::kEstimate) return tell_end(call, in, sink);
  const std::uint64_t question = in.number();
  const float probability = in.real();
  if (in.ok()) sink.estimate(question, probability);
}

void tell(ByteReader& in, ToolReply& call) {
  switch (in.choice(SinkCall::kToolProgress)) {
    case SinkCall::kToolAnswer: {
      const ErrorCode code = in.choice(ErrorCode::kInternal);
      const std::string text(in.text());
      if (!in.ok()) return;
      if (code == ErrorCode::kOk) return call.answer(text);
      return call.answer(Status(code, text));
    }
    case SinkCall::kToolProgress: {
      const std::string_view text = in.text();
      const ToolProgress how = in.choice(ToolProgress::kSpoken);
      if (in.ok()) call.progress(text, how);
      return;
    }
    default: return in.fail();
  }
}

}  // namespace voiceagent
